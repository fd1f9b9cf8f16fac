/** Opening and showing workspaces. */
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'

export async function openWorkspace(path: string): Promise<void> {
  try {
    await api.call('workspace.open', { path })
  } catch (error) {
    reportError(error)
  }
}

export async function openFolder(): Promise<void> {
  try {
    const { path } = await api.call('workspace.pickFolder', {})
    if (path !== null) await api.call('workspace.open', { path })
  } catch (error) {
    reportError(error)
  }
}

export async function openSamples(): Promise<void> {
  try {
    await api.call('workspace.openSamples', {})
  } catch (error) {
    reportError(error)
  }
}

async function reveal(path: string): Promise<void> {
  try {
    await api.call('workspace.reveal', { path })
  } catch (error) {
    reportError(error)
  }
}

export async function revealWorkspace(): Promise<void> {
  const root = useEngineMirror.getState().workspace?.workspace?.root
  if (root !== undefined) await reveal(root)
}

/** Shows a pipeline's folder, or a file of it, in the system's file manager. */
export async function revealInFileManager(pipeline: string, path: string | null): Promise<void> {
  const folder = useEngineMirror.getState().catalog?.pipelines.find(({ name }) => name === pipeline)?.path
  if (folder === undefined) return
  const separator = folder.includes('\\') ? '\\' : '/'
  await reveal(path === null ? folder : folder + separator + path.split('/').join(separator))
}
