/** Which dialog about secrets is open, and for which workspace. */
import { beforeEach, describe, expect, it } from 'vitest'
import { emptyMirror, useEngineMirror } from '../../state/engine-mirror'
import { closeSecretDialog, openSecretDialog, useSecretDialog } from './secret-dialog-state'

const workspace = { workspace: { root: '/work', name: 'work', pipelinesDir: '/work', isSample: false, isTrusted: true, belongsToOther: false, problem: null }, recent: [], rev: 1 }

describe('the dialog about secrets', () => {
  beforeEach(() => {
    useEngineMirror.setState({ ...emptyMirror, workspace }, true)
    closeSecretDialog()
  })

  it('remembers the workspace that it was opened for', () => {
    openSecretDialog({ kind: 'set', name: 'TOKEN' })
    expect(useSecretDialog.getState()).toEqual({ dialog: { kind: 'set', name: 'TOKEN' }, root: '/work' })
  })

  it('is one at a time', () => {
    openSecretDialog({ kind: 'encrypt' })
    openSecretDialog({ kind: 'key' })
    expect(useSecretDialog.getState().dialog).toEqual({ kind: 'key' })
  })

  it('leaves nothing behind when it closes', () => {
    openSecretDialog({ kind: 'set', name: 'TOKEN' })
    closeSecretDialog()
    expect(useSecretDialog.getState()).toEqual({ dialog: null, root: null })
  })
})
