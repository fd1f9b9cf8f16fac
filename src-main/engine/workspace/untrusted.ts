/** The one refusal of whatever would execute something of a folder that its user has not trusted. */
import { AppError } from '@shared/app-error'

export function untrustedWorkspace(root: string): AppError {
  return new AppError('workspace/untrusted', `${root} is not trusted yet: nothing of it is executed. Look at what is in it, then trust it or leave it.`, { path: root })
}
