/** The system's menu: only what belongs to the system. Every action of the product is in the window, with its key and in the palette. */
import { Menu, type MenuItemConstructorOptions } from 'electron'

export function createMenu(): Menu {
  const edit: MenuItemConstructorOptions = { role: 'editMenu' }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }, { role: 'toggleDevTools' }],
  }
  const quit: MenuItemConstructorOptions = process.platform === 'darwin' ? { role: 'appMenu' } : { label: 'File', submenu: [{ role: 'quit' }] }
  // No "close window" and no "reload": Ctrl+W closes a tab and F5 runs, and the window handles both itself.
  return Menu.buildFromTemplate([quit, edit, view])
}
