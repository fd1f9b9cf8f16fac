"""Runs a notebook: python -u nb_runner.py /app/main.ipynb [--desktop TOKEN] [--pipeline NAME]

nbclient, nbformat and ipykernel come with the pipeline's own requirements. Exit code 0: all cells succeeded; 1: one did not,
or the notebook could not be run; 128 + n: ended by signal n. Nothing is written but below the folder for temporary files.
Needs Python 3.8.
"""
import argparse
import asyncio
import importlib.util
import logging
import os
import shutil
import sys
import tempfile
import warnings

import nb_protocol
import nb_retries

NEEDED = ("nbclient", "nbformat", "ipykernel")


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook")
    parser.add_argument("--desktop", metavar="TOKEN", help="tell Fast-Flow Desktop more than a server takes, in lines with this token")
    parser.add_argument("--pipeline", metavar="NAME", help="name of the pipeline: its metadata may be NAME.json")
    arguments = parser.parse_args(argv)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return tell_missing(missing)
    folder = tempfile.mkdtemp(prefix="fastflow-notebook-")
    try:
        set_up_environment(folder)
        return run(arguments, nb_protocol.Reporter(arguments.desktop))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tell_missing(missing):
    print("FASTFLOW_DESKTOP_MISSING_PACKAGES\t" + ",".join(missing), flush=True)
    print("The notebook cannot run: its requirements lack %s. Add to requirements.txt:\n" % " and ".join(missing), file=sys.stderr)
    print("\n".join(missing), file=sys.stderr)
    print("\nA requirements.txt.lock has to be made anew after that.", file=sys.stderr, flush=True)
    return 1


def set_up_environment(folder):
    """Jupyter, IPython and matplotlib keep their files here; what a user's own folders say about kernels does not count."""
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    for name, place in places.items():
        path = os.path.join(folder, place)
        os.mkdir(path)
        os.environ.setdefault(name, path)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    # Or each run begins with a warning about breakpoints.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    warnings.simplefilter("ignore")
    # What these say of a notebook that fails is told in better words.
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())


def run(arguments, reporter):
    # Only now: these look at the environment as soon as they are imported.
    import nbformat

    import nb_session

    path = os.path.abspath(arguments.notebook)
    try:
        notebook = nbformat.read(path, as_version=4)
        code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        retries = nb_retries.read_retries(os.path.dirname(path), arguments.pipeline, code_cells)
    except nb_retries.BadRetries as error:
        return fail(str(error))
    except OSError as error:
        return fail("The notebook %s cannot be read: %s." % (path, error.strerror))
    except Exception as error:
        return fail("%s is no notebook that can be run: %s" % (path, str(error)[:1000]))
    try:
        return asyncio.run(nb_session.Session(notebook, os.path.dirname(path), retries, reporter).run())
    except nb_session.CannotRun as error:
        return fail(str(error))


def fail(text):
    print(text, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # Threads that still read from a process which the notebook left running must not keep this one.
    os._exit(code)
