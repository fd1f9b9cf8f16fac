/**
 * Every ErrorCode as words: a title, a hint that ends in something the user can do, and the action behind the button. The
 * words themselves are in i18n under `errors`; the record makes a new code without words a compile error.
 */
import type { ErrorCode } from '@shared/app-error'

/** Ids of actions in the action registry that help against an error. */
export type ErrorAction =
  | 'view.cache' | 'view.doctor' | 'view.git' | 'commits.conflicts' | 'view.settings' | 'view.secrets' | 'git.undoDelete' | 'git.undoDiscard'
  | 'workspace.open' | 'workspace.trust' | 'workspace.openSamples' | 'engine.recheck' | 'image.pull'

export type ErrorText = { titleKey: string; hintKey: string; action: ErrorAction | null }

const actions: Record<ErrorCode, ErrorAction | null> = {
  'cache/busy': 'view.cache',
  'cache/foreign-owner': null,
  'cache/file-refused': 'view.cache',
  'cache/in-use': null,
  'cache/preview-outdated': 'view.cache',
  'cache/unreadable': 'view.cache',
  'cache/volume-foreign': 'view.doctor',
  'docker/image-missing': 'image.pull',
  'docker/image-pull-failed': 'image.pull',
  'docker/image-unusable': 'view.settings',
  'docker/permission-denied': 'view.doctor',
  'docker/rejected': 'view.doctor',
  'docker/timeout': 'engine.recheck',
  'docker/unavailable': 'view.doctor',
  'file/binary': null,
  'file/changed-on-disk': null,
  'file/disk-full': null,
  'file/not-found': null,
  'file/not-regular': null,
  'file/outside-workspace': null,
  'file/permission-denied': null,
  'file/too-large': null,
  'git/auth-failed': 'view.git',
  'git/busy': null,
  'git/cancelled': null,
  'git/certificate': 'view.settings',
  'git/conflict': 'commits.conflicts',
  'git/corrupt': null,
  'git/detached-head': null,
  'git/dubious-ownership': null,
  'git/exists': null,
  'git/failed': null,
  'git/forbidden': null,
  'git/hook-declined': null,
  'git/hook-failed': null,
  'git/host-key-changed': null,
  'git/host-key-unknown': null,
  'git/identity-unknown': null,
  'git/invalid-name': null,
  'git/layout': null,
  'git/locked': null,
  'git/nested-repository': 'view.git',
  'git/network': null,
  'git/no-repository': null,
  'git/no-upstream': null,
  'git/non-fast-forward': 'view.git',
  'git/not-found': null,
  'git/not-merged': null,
  'git/nothing-to-commit': null,
  'git/protected-branch': null,
  'git/rejected': null,
  'git/remote-missing': null,
  'git/signing-failed': null,
  'git/timeout': null,
  'git/too-large': null,
  'git/unfinished': 'commits.conflicts',
  'git/unsafe-url': null,
  'git/would-overwrite': null,
  'input/invalid': null,
  internal: null,
  'ipc/sender': null,
  'pipeline/disabled': null,
  'pipeline/entry-missing': null,
  'pipeline/invalid-config': null,
  'pipeline/no-webhook': null,
  'pipeline/not-found': null,
  'run/already-running': null,
  'run/not-found': null,
  'run/unknown-config': null,
  'secret/no-key': 'view.secrets',
  'secret/unavailable': 'view.secrets',
  'store/unavailable': 'view.doctor',
  'tool/missing': 'view.doctor',
  'uv/fetch-failed': 'view.doctor',
  'uv/resolve-failed': null,
  'workspace/none-open': 'workspace.open',
  'workspace/not-a-folder': 'workspace.open',
  'workspace/unreadable': 'workspace.open',
  'workspace/untrusted': 'workspace.trust',
  'workspace/vanished': 'workspace.open',
}

export function errorText(code: ErrorCode): ErrorText {
  return { titleKey: `errors.${code}.title`, hintKey: `errors.${code}.hint`, action: actions[code] }
}
