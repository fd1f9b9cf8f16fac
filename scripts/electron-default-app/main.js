/**
 * What the fallback runtime runs when it is started as `electron [options] <app> [arguments]`: loads that app the way Electron's own
 * default app does, which packaged distributions leave out. CommonJS for Electron 25.
 */
const { app } = require('electron')
const { existsSync, readFileSync, statSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')

/** Chromium's switches may stand anywhere; modules to require first (debuggers and test drivers use that) stand before the app. */
function readArguments(argv) {
  const modules = []
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]
    if (argument === '-r' || argument === '--require') modules.push(argv[++index])
    else if (argument.startsWith('--require=')) modules.push(argument.slice('--require='.length))
    else if (!argument.startsWith('-')) return { modules, appPath: path.resolve(argument) }
  }
  return { modules, appPath: null }
}

function takeIdentity(appPath) {
  const packageFile = path.join(appPath, 'package.json')
  if (!existsSync(packageFile)) return
  const description = JSON.parse(readFileSync(packageFile, 'utf8'))
  if (description.version) app.setVersion(description.version)
  app.setName(description.productName ?? description.name ?? app.getName())
  if (description.desktopName) app.setDesktopName(description.desktopName)
  app.setPath('userData', path.join(app.getPath('appData'), app.getName()))
}

function loadApp(appPath) {
  const entry = Module._resolveFilename(appPath, null, true)
  takeIdentity(appPath)
  app.setAppPath(statSync(appPath).isDirectory() ? appPath : path.dirname(entry))
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true, configurable: false })
  Module._load(entry, null, true)
}

const { modules, appPath } = readArguments(process.argv.slice(1))
for (const name of modules) Module._load(require.resolve(name, { paths: [process.cwd()] }), null, true)
if (appPath === null) {
  console.error('Usage: electron [options] <app folder or file> [arguments]')
  app.exit(1)
} else {
  try {
    loadApp(appPath)
  } catch (error) {
    console.error(`The app ${appPath} cannot be loaded:\n${error.stack}`)
    app.exit(1)
  }
}
