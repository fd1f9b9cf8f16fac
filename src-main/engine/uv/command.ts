/**
 * The command line of a run, pure. The arguments are the server's (FASTFLOW.md §3.3): `uv run --python V
 * [--with-requirements FILE] python -u -c BOOTSTRAP`, or the notebook runner in its place; both are ours and do what is
 * described there.
 */

/** The first line of standard output once uv has brought Python and packages; everything before it is set-up. */
export const setupMarker = 'FASTFLOW_SETUP_READY'

export type PipelinePaths = {
  /** Folder of the pipeline as the process sees it: /app in a container. */
  appDir: string
  /** As the process sees it; the lock is preferred. */
  requirementsFile: string | null
  /** null: a script. */
  notebook: { runnerFile: string; token: string; pipelineName: string } | null
}

/** What follows `uv`. */
export function uvRunArguments({ appDir, requirementsFile, notebook }: PipelinePaths, pythonVersion: string): string[] {
  return [
    'run',
    '--python',
    pythonVersion,
    ...(requirementsFile === null ? [] : ['--with-requirements', requirementsFile]),
    'python',
    '-u',
    ...(notebook === null ? ['-c', bootstrap(appDir)] : [notebook.runnerFile, entryFile(appDir, 'main.ipynb'), '--desktop', notebook.token, '--pipeline', notebook.pipelineName]),
  ]
}

function entryFile(appDir: string, name: 'main.py' | 'main.ipynb'): string {
  return `${appDir.replace(/[\\/]$/, '')}/${name}`
}

/**
 * Inside the script: working directory is the pipeline's folder, sys.argv == ['<appDir>/main.py'], sys.path[0] == '',
 * __name__ == '__main__'. The marker line carries the version of Python for the run's record.
 */
export function bootstrap(appDir: string): string {
  const entry = entryFile(appDir, 'main.py')
  return [
    'import os, runpy, sys',
    `print("${setupMarker} %d.%d.%d" % sys.version_info[:3], flush=True)`,
    `os.chdir(${pythonString(appDir)})`,
    'sys.argv = ["main.py"]',
    `runpy.run_path(${pythonString(entry)}, run_name="__main__")`,
  ].join('\n')
}

/** A JSON string is a Python string literal, once characters outside the BMP do not need \u pairs: JSON leaves those unescaped. */
function pythonString(text: string): string {
  return JSON.stringify(text)
}

/** For people to read and to paste into a shell. */
export function quoteCommand(argv: string[]): string {
  return argv.map((part) => (/^[A-Za-z0-9_\-./:=@,+]+$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`)).join(' ')
}
