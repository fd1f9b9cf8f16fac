/** The one open dialog about secrets, over whatever page is shown; loaded when it is needed. */
import { type ReactNode, Suspense, lazy, useEffect } from 'react'
import { useEngineMirror } from '../../state/engine-mirror'
import { type SecretDialogKind, closeSecretDialog, useSecretDialog } from './secret-dialog-state'

const SetSecretDialog = lazy(() => import('./set-secret-dialog').then((module) => ({ default: module.SetSecretDialog })))
const EncryptDialog = lazy(() => import('./encrypt-dialog').then((module) => ({ default: module.EncryptDialog })))
const EncryptionKeyDialog = lazy(() => import('./encryption-key-dialog').then((module) => ({ default: module.EncryptionKeyDialog })))

function Content({ dialog }: { dialog: SecretDialogKind }): ReactNode {
  switch (dialog.kind) {
    case 'set':
      return <SetSecretDialog givenName={dialog.name} />
    case 'encrypt':
      return <EncryptDialog />
    case 'key':
      return <EncryptionKeyDialog />
  }
}

export function SecretDialog(): ReactNode {
  const { dialog, root } = useSecretDialog()
  const isOfWorkspace = useEngineMirror((mirror) => (mirror.workspace?.workspace?.root ?? null) === root)
  useEffect(() => {
    // Typed for one workspace, it must not land in another.
    if (!isOfWorkspace) closeSecretDialog()
  }, [isOfWorkspace])
  if (dialog === null || !isOfWorkspace) return null
  return (
    <Suspense fallback={null}>
      <Content dialog={dialog} />
    </Suspense>
  )
}
