import { z } from 'zod'
import { event, request, rev } from './define'

/** The uv image that the server's worker is based on (FASTFLOW.md §3.3). */
export const defaultWorkerImage = 'ghcr.io/astral-sh/uv:bookworm-slim'

const imageReference = z
  .string()
  .max(512)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]{1,2}[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[a-f0-9]{64})$/, 'an image with a tag, for example name:tag')

const pythonSource = z.string().max(2048).regex(/^$|^https?:\/\/\S+$|^file:\/\/\/\S+$/, 'http://…, https://… or file:///…')

/** No defaults in the schema: a patch must not bring back a default for a key that it leaves out. */
export const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  workerImage: imageReference,
  /** Where the container engine is; empty: look where Docker's tools would, then in the usual places. */
  engineEndpoint: z
    .string()
    .max(1024)
    .regex(
      /^$|^unix:\/\/\/.+|^npipe:\/\/.+|^(?:tcp|https?):\/\/[^@/]+\/?$|^ssh:\/\/(?:[^@/:]+@)?[^@/]+(?:\/[A-Za-z0-9._/-]*)?$/,
      'unix:///path, npipe:////./pipe/name, tcp://host:port, https://host:port or ssh://user@host',
    ),
  /** http://host:port of a proxy before the engine, which then is the only way to it; empty: DOCKER_PROXY_URL, if set. */
  dockerProxyUrl: z
    .string()
    .max(1024)
    .regex(/^$|^(?:tcp|https?):\/\/[^@/]+\/?$|^unix:\/\/\/.+/, 'http://host:port'),
  /** PEM file with certificate authorities besides the usual ones; empty: the app's SSL_CERT_FILE, if set. */
  caFile: z.string().max(4096),
  /** http://host:port; empty: the app's HTTPS_PROXY and HTTP_PROXY, if set. */
  proxy: z.string().max(1024).regex(/^$|^https?:\/\/.+/, 'http://host:port'),
  /** In the place of uv's own source of Pythons; empty: the app's UV_PYTHON_INSTALL_MIRROR, if set. */
  pythonMirror: pythonSource,
  /** A list of downloads in the place of uv's own; empty: the app's UV_PYTHON_DOWNLOADS_JSON_URL, if set. */
  pythonDownloadsUrl: pythonSource,
  /** Where in a workspace the pipelines are; empty: the root, else its `pipelines` folder. */
  pipelinesSubdir: z.string().max(512),
  defaultPythonVersion: z.string().regex(/^\d+\.\d+(\.\d+)?$/, 'for example 3.11'),
  /** Seconds between SIGTERM and SIGKILL. The server's is 10 (FASTFLOW.md §3.10). */
  stopGraceSeconds: z.number().int().min(0).max(600),
  /** Runs at the same time; 0: as many as the engine has processors, at most 10. More wait in the queue. */
  maxConcurrentRuns: z.number().int().min(0).max(100),
  /** For pipelines without a timeout of their own; 0: none. The server's CONTAINER_TIMEOUT. */
  defaultTimeoutSeconds: z.number().int().min(0).max(2_592_000),
  /** For pipelines without retry_attempts. The server's RETRY_ATTEMPTS. */
  defaultRetryAttempts: z.number().int().min(0).max(100),
  /** Finished runs kept for each pipeline; 0: all. */
  keepRunsPerPipeline: z.number().int().min(0).max(100_000),
  /** Finished runs older than this are deleted; 0: none. */
  keepRunDays: z.number().int().min(0).max(10_000),
  /** Of one log; of a larger one head and tail are kept. In MiB; 0: no cap. */
  maxLogMegabytes: z.number().int().min(0).max(100_000),
  /** A container waits ready for the pipeline that is selected, so that its next run begins at once. */
  standbyContainer: z.boolean(),
  /** Every run asks the package index whether there is something newer, as a server's does; else a warm pipeline runs from the cache alone. */
  askIndexEveryRun: z.boolean(),
  /** A workspace that was used before: Python and packages are fetched when it is opened. The server's UV_PRE_HEAT. */
  preheatAtStart: z.boolean(),
  /** Packages are fetched a moment after requirements were changed. */
  preheatAfterEdit: z.boolean(),
  /** From this size on the app asks whether something of a workspace's cache may go; 0: never. */
  cacheCapGigabytes: z.number().int().min(0).max(100_000),
  /** The branch that the server takes (FASTFLOW.md §6). */
  serverBranch: z.string().min(1).max(250).regex(/^(?!-)[^\s~^:?*[\\]+$/, 'the name of a branch'),
  /** The push gate warns of larger files, and calls those above the second red. In MB. */
  warnFileMegabytes: z.number().int().min(1).max(100_000),
  refuseFileMegabytes: z.number().int().min(1).max(100_000),
  /** After a sync that brought something, as a server does. */
  preheatAfterSync: z.boolean(),
  /** Minutes between syncs that the app makes by itself, where nothing would be lost; 0: none. The server's AUTO_SYNC_INTERVAL. */
  autoSyncMinutes: z.number().int().min(0).max(10_080),
})
export type Settings = z.infer<typeof settings>

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  workerImage: defaultWorkerImage,
  engineEndpoint: '',
  dockerProxyUrl: '',
  caFile: '',
  proxy: '',
  pythonMirror: '',
  pythonDownloadsUrl: '',
  pipelinesSubdir: '',
  defaultPythonVersion: '3.11',
  stopGraceSeconds: 10,
  maxConcurrentRuns: 0,
  defaultTimeoutSeconds: 0,
  defaultRetryAttempts: 0,
  keepRunsPerPipeline: 100,
  keepRunDays: 90,
  maxLogMegabytes: 200,
  standbyContainer: true,
  askIndexEveryRun: false,
  preheatAtStart: true,
  preheatAfterEdit: false,
  cacheCapGigabytes: 10,
  serverBranch: 'main',
  warnFileMegabytes: 5,
  refuseFileMegabytes: 100,
  preheatAfterSync: true,
  autoSyncMinutes: 0,
}

/** `problems` names what in the settings file was not usable; those settings have their defaults. */
export const settingsState = z.object({ settings, file: z.string(), problems: z.array(z.string()), rev })
export type SettingsState = z.infer<typeof settingsState>

export const settingsContract = {
  get: request({}, settingsState),
  /** Only the given keys change. `input/invalid` names the key. */
  update: request({ patch: settings.partial() }, settingsState),
  changed: event(settingsState),
}
