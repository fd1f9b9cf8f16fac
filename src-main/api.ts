/** The handler table: each request of the contract is one call of the engine, no logic. The window and the CLI both enter here. */
import { contract, type ApiHandlers, type ApiInput, type ApiOutput, type ApiRequest } from '@shared/contract'
import { lookUp } from '@shared/contract/define'
import { AppError } from '@shared/app-error'
import type { Engine } from './engine/engine'
import { checkHealth } from './engine/tools/health'

/** What only a desktop can do; the CLI has none of it. */
export type Desktop = {
  pickFolder(): Promise<string | null>
  /** Where a cache is to be written to, or read from. */
  pickCacheFile(purpose: 'export' | 'import'): Promise<string | null>
  reveal(path: string): void
  runtime: string
  notices: string[]
}

/** Validates the input against the contract, then calls the handler. Throws AppErrors; `input/invalid` names the field. */
export type Api = <K extends ApiRequest>(name: K, input: ApiInput<K>) => Promise<ApiOutput<K>>

export function createApi(engine: Engine, desktop: Desktop, version: string): Api {
  const handlers = createHandlers(engine, desktop, version)
  return async (name, input) => {
    // The page is not trusted: what it calls a name can be anything.
    const method = typeof name === 'string' ? lookUp(contract, name) : undefined
    if (method?.kind !== 'request') throw new AppError('input/invalid', `There is no request ${typeof name === 'string' ? JSON.stringify(name) : typeof name}.`)
    const parsed = method.input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      throw new AppError('input/invalid', `${name}: ${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'is not valid'}`, { field: issue?.path.join('.') ?? '' })
    }
    const handler = handlers[name] as (input: unknown) => Promise<ApiOutput<typeof name>>
    return handler(parsed.data)
  }
}

function createHandlers(engine: Engine, desktop: Desktop, version: string): ApiHandlers {
  const { workspace, catalog, files, runs, schedule, secrets, settings, connection, workerImage, uv, cache, git, gate } = engine
  const { preheat, check, pythons, fetches, dependencies, upkeep } = cache
  return {
    'workspace.current': () => workspace.current(),
    'workspace.open': async ({ path }) => opened(engine, await workspace.open(path)),
    'workspace.openSamples': async () => opened(engine, await workspace.openSamples()),
    'workspace.trust': () => workspace.trust(),
    'workspace.pickFolder': async () => ({ path: await desktop.pickFolder() }),
    'workspace.reveal': ({ path }) => {
      desktop.reveal(path)
      return {}
    },
    'pipelines.list': () => catalog.current(),
    'files.list': ({ pipeline }) => files.list(pipeline),
    'files.read': ({ pipeline, path }) => files.read(pipeline, path),
    'files.write': ({ pipeline, path, text, expectedVersion }) => files.write(pipeline, path, text, expectedVersion),
    'runs.start': (request) => runs.start(request),
    'runs.stop': ({ runId }) => runs.stop(runId),
    'runs.again': async ({ runId }) => ({ run: await runs.again(runId) }),
    'runs.get': ({ runId }) => runs.get(runId),
    'runs.list': (query) => ({ runs: runs.list(query) }),
    'runs.readLog': (query) => runs.readLog(query),
    'runs.startWebhook': (request) => runs.startWebhook(request),
    'runs.prepare': ({ pipeline }) => {
      runs.prepare(pipeline)
      return {}
    },
    'runs.skipWait': ({ runId }) => runs.skipWait(runId),
    'runs.readMetrics': (query) => runs.readMetrics(query),
    'runs.readCells': (query) => runs.readCells(query),
    'runs.readServerCells': ({ runId }) => runs.readServerCells(runId),
    'runs.previewRemoval': ({ runIds }) => runs.previewRemoval(runIds),
    'runs.remove': ({ runIds }) => runs.remove(runIds),
    'cache.preheat': ({ pipelines }) => preheat.start(pipelines),
    'cache.cancelPreheat': () => preheat.cancel(),
    'cache.preheatState': () => preheat.state(),
    'cache.preheatLog': ({ pipeline }) => ({ text: preheat.log(pipeline) }),
    'cache.estimate': async ({ pipelines, again }) => {
      await fetches.ask(pipelines, again)
      return {}
    },
    'cache.content': () => preheat.content(),
    'cache.check': ({ isFull }) => check.start(isFull),
    'cache.repair': () => check.repair(),
    'cache.cancelCheck': () => check.cancel(),
    'cache.checkState': () => check.state(),
    'pythons.state': () => pythons.state(),
    'pythons.look': () => pythons.look(),
    'pythons.install': ({ version }) => pythons.install(version),
    'pythons.cancelInstall': () => pythons.cancelInstall(),
    'pythons.log': () => ({ text: pythons.log() }),
    'pythons.remove': ({ folder }) => pythons.remove(folder),
    'dependencies.look': ({ pipeline, again }) => dependencies.look(pipeline, again),
    'dependencies.check': ({ pipeline }) => dependencies.check(pipeline),
    'dependencies.cancel': ({ pipeline }) => dependencies.cancel(pipeline),
    'dependencies.proposeLock': ({ pipeline, upgrade }) => dependencies.proposeLock(pipeline, upgrade),
    'cache.previewRemoval': (choice) => upkeep.previewRemoval(choice),
    'cache.remove': ({ id }) => upkeep.remove(id),
    'cache.upkeep': () => upkeep.state(),
    'cache.dismissCap': () => upkeep.dismissCap(),
    'cache.export': ({ file }) => upkeep.exportTo(file),
    'cache.import': ({ file }) => upkeep.importFrom(file),
    'cache.cancelTransfer': () => upkeep.cancelTransfer(),
    'cache.pickFile': async ({ purpose }) => ({ path: await desktop.pickCacheFile(purpose) }),
    'git.state': () => git.state.current(),
    'git.refresh': () => git.state.refresh(),
    'git.operations': () => ({ operations: git.operations.list() }),
    'git.operationOutput': ({ operationId }) => ({ text: git.operations.output(operationId) }),
    'git.cancelOperation': ({ operationId }) => git.operations.cancel(operationId),
    'git.answerPrompt': ({ operationId, promptId, answer, remember }) => git.operations.answer(operationId, promptId, answer === null ? null : { answer, remember }),
    'gate.check': (question) => gate.check(question),
    'remote.fetch': (input) => git.remote.fetch(input),
    'remote.pull': ({ mode }) => git.remote.pull(mode),
    'remote.push': (input) => git.remote.push(input),
    'remote.publish': (input) => git.remote.publish(input),
    'remote.clone': (input) => git.remote.clone(input),
    'remote.divergence': () => git.remote.divergence(),
    'remote.previewSync': () => git.remote.previewSync(),
    'remote.sync': (input) => git.remote.sync(input),
    'remote.list': async () => ({ remotes: await git.remote.list() }),
    'remote.add': ({ name, url }) => git.remote.add(name, url),
    'remote.setUrl': ({ name, url }) => git.remote.setUrl(name, url),
    'remote.remove': ({ name }) => git.remote.remove(name),
    'remote.movePassword': ({ name }) => git.remote.movePassword(name),
    'remote.signIns': () => git.remote.signIns(),
    'remote.saveSignIn': (input) => git.remote.saveSignIn(input),
    'remote.removeSignIn': ({ target }) => git.remote.removeSignIn(target),
    'remote.forgetHostKey': async ({ host }) => {
      await git.remote.forgetHostKey(host)
      return {}
    },
    'remote.lockFile': async () => ({ lock: await git.remote.lockFile() }),
    'remote.removeLockFile': () => git.remote.removeLockFile(),
    'remote.largeFiles': async () => ({ files: await git.remote.largeFiles() }),
    'git.stage': async ({ paths }) => done(git.changes.staging.stage(paths)),
    'git.unstage': async ({ paths }) => done(git.changes.staging.unstage(paths)),
    'git.diff': ({ path, side }) => git.changes.hunks.diff(path, side),
    'git.applyHunks': async (chosen) => ({ discarded: await git.changes.hunks.apply(chosen) }),
    'git.previewDiscard': ({ paths }) => git.changes.discard.preview(paths),
    'git.discard': ({ paths, to }) => git.changes.discard.discard(paths, to),
    'git.listDiscarded': async () => ({ discarded: await git.changes.discard.list() }),
    'git.undoDiscard': async ({ id }) => ({ discarded: await git.changes.discard.undo(id) }),
    'git.lastCommit': async () => ({ last: await git.changes.committing.last() }),
    'git.commit': (wanted) => git.changes.committing.commit(wanted),
    'git.undoCommit': async ({ commit }) => ({ message: await git.changes.committing.undo(commit) }),
    'git.identity': () => git.changes.committing.identity(),
    'git.setIdentity': async (identity) => done(git.changes.committing.setIdentity(identity)),
    'git.stashes': async () => ({ stashes: await git.changes.stashes.list() }),
    'git.stashFiles': async ({ commit }) => ({ files: await git.changes.stashes.files(commit) }),
    'git.saveStash': ({ message, includeUntracked }) => git.changes.stashes.save(message, includeUntracked),
    'git.applyStash': ({ commit, drop }) => git.changes.stashes.apply(commit, drop),
    'git.dropStash': ({ commit }) => git.changes.stashes.drop(commit),
    'git.restoreStash': async ({ commit, message }) => done(git.changes.stashes.restore(commit, message)),
    'git.branches': () => git.changes.branches.list(),
    'git.createBranch': async ({ name, from }) => done(git.changes.branches.create(name, from)),
    'git.switchBranch': (wanted) => git.changes.branches.switchTo(wanted),
    'git.renameBranch': async ({ from, to }) => done(git.changes.branches.rename(from, to)),
    'git.deleteBranch': async ({ name, force }) => ({ commit: await git.changes.branches.remove(name, force) }),
    'git.createTag': async ({ name, message }) => done(git.changes.branches.createTag(name, message)),
    'git.deleteTag': async ({ name }) => ({ commit: await git.changes.branches.removeTag(name) }),
    'git.init': async ({ withIgnoreFile }) => done(git.changes.init(withIgnoreFile)),
    'commits.list': (query) => git.commits.list(query),
    'commits.get': ({ commit }) => git.commits.get(commit),
    'commits.readFile': ({ revision, path }) => git.commits.readFile(revision, path),
    'commits.blame': ({ path, text }) => git.commits.blame(path, text),
    'commits.revert': ({ commit, parent }) => git.commits.revert(commit, parent),
    'commits.undo': async ({ commit }) => {
      await git.commits.undo(commit)
      return {}
    },
    'commits.run': ({ commit, pipeline, ignoreProblems }) => git.commits.runFrom(commit, pipeline, (source) => runs.startSource(pipeline, source, ignoreProblems)),
    'commits.conflicts': () => git.commits.conflicts.state(),
    'commits.conflict': ({ path }) => git.commits.conflicts.file(path),
    'commits.saveConflict': ({ path, text, isResolved, expected }) => git.commits.conflicts.save(path, text, isResolved, expected),
    'commits.chooseSide': ({ path, side }) => git.commits.conflicts.choose(path, side),
    'commits.restartConflict': ({ path }) => git.commits.conflicts.restart(path),
    'commits.continue': () => git.commits.conflicts.proceed(),
    'commits.skip': () => git.commits.conflicts.skip(),
    'commits.abort': () => git.commits.conflicts.abort(),
    'commits.stripping': () => git.commits.stripping.state(),
    'commits.setStripping': ({ isOn }) => git.commits.stripping.set(isOn),
    'schedule.list': () => schedule.state(),
    'schedule.setActive': ({ active }) => schedule.setActive(active),
    'schedule.next': (query) => schedule.next(query),
    'secrets.list': () => secrets.state(),
    'secrets.set': ({ name, value }) => secrets.set(name, value),
    'secrets.remove': ({ name }) => secrets.remove(name),
    'secrets.setEncryptionKey': ({ key }) => secrets.setEncryptionKey(key),
    'secrets.encrypt': ({ value }) => ({ token: secrets.encrypt(value) }),
    'secrets.acceptWeakStorage': () => secrets.acceptWeakStorage(),
    'runs.revealLog': ({ runId }) => {
      desktop.reveal(runs.get(runId).logFile)
      return {}
    },
    'runs.revealNotebook': ({ runId }) => {
      const { notebookFile } = runs.get(runId)
      if (notebookFile === null) throw new AppError('run/not-found', 'This run has no executed notebook: it is there once the first cell has begun.', { runId })
      desktop.reveal(notebookFile)
      return {}
    },
    'tools.check': async () => ({
      tools: await checkHealth({
        engine: () => connection.recheck(),
        refusedCalls: () => connection.refusedCalls(),
        workerImage: async () => {
          await workerImage.find(await connection.client())
          return workerImage.status()
        },
        uv: () => uv.find(),
        network: engine.network,
        env: process.env,
        userDataDir: engine.layout.root,
        settingsProblems: () => settings.state().problems,
        damagedDatabase: engine.damagedDatabase,
        databaseHasWal: engine.databaseHasWal,
      }),
    }),
    'tools.engine': () => connection.status(),
    'tools.recheckEngine': () => connection.recheck(),
    'tools.workerImage': () => workerImage.status(),
    'tools.pullImage': async () => workerImage.pull(await connection.client()),
    'tools.cancelPull': () => workerImage.cancelPull(),
    'tools.fetchUv': async () => {
      const { path, version: uvVersion } = await uv.require()
      return { path, version: uvVersion }
    },
    'tools.appInfo': () => ({ version, runtime: desktop.runtime, platform: `${process.platform} ${process.arch}`, userDataDir: engine.layout.root, notices: desktop.notices }),
    'settings.get': () => settings.state(),
    'settings.update': ({ patch }) => settings.update(withoutUndefined(patch)),
  }
}

/** The answer to opening a folder comes when its pipelines are known, so that whoever asked can go on at once. */
async function opened<T>(engine: Engine, state: T): Promise<T> {
  await engine.catalog.refresh()
  return state
}

async function done(work: Promise<void>): Promise<Record<string, never>> {
  await work
  return {}
}

/** A key that is present without a value means "unchanged", as a missing one does. */
function withoutUndefined<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
