/** Who may import whom (DESIGN.md). Process borders are enforced by TypeScript's project references as well. */

/** A vendor library with one home file. */
function onlyHome(name, home, packagePattern) {
  return {
    name,
    severity: 'error',
    comment: `${packagePattern} has one home, so that it can be replaced or guarded in one place.`,
    from: { path: '^(src-|e2e/|bench/)', pathNot: [home, '\\.test\\.tsx?$'] },
    to: { path: `(^|/)node_modules/${packagePattern}(/|$)`, dependencyTypesNot: ['type-only'] },
  }
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files that import each other can only be understood together.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-stands-alone',
      severity: 'error',
      comment: 'Both sides read src-shared: it may need neither, and no library beyond validation and JSON positions.',
      from: { path: '^src-shared/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^src-shared/', '(^|/)node_modules/(zod|jsonc-parser)/'] },
    },
    {
      name: 'renderer-knows-shared-only',
      severity: 'error',
      comment: 'The window is a web page: it reaches the engine through the contract.',
      from: { path: '^src-renderer/' },
      to: { path: '^(src-main|e2e|bench|scripts)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      comment: 'The window has no Node.js.',
      from: { path: '^src-renderer/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-without-electron',
      severity: 'error',
      comment: 'The engine runs in the CLI too.',
      from: { path: '^src-main/(engine|cli)/' },
      to: { path: ['(^|/)node_modules/electron/', '^src-main/shell/', '^src-main/(main|preload)\\.ts$'] },
    },
    {
      name: 'engine-below-api',
      severity: 'error',
      comment: 'The handler table calls the engine, never the other way round.',
      from: { path: '^src-main/engine/', pathNot: '^src-main/engine/testing/' },
      to: { path: ['^src-main/api\\.ts$', '^src-main/cli/'] },
    },
    onlyHome('electron-in-the-shell', '^src-main/(main\\.ts|preload\\.ts|shell/)', 'electron'),
    onlyHome('dockerode-in-the-client-transport', '^src-main/engine/docker/client-transport\\.ts$', 'dockerode'),
    onlyHome('simple-git-in-the-git-client', '^src-main/engine/git/git-client\\.ts$', 'simple-git'),
    onlyHome('libsql-in-the-database', '^src-main/engine/store/database\\.ts$', 'libsql'),
    onlyHome('watcher-in-watch', '^src-main/engine/workspace/watch\\.ts$', '@parcel/watcher'),
    {
      name: 'testing-for-tests',
      severity: 'error',
      comment: 'Fakes and test worlds are no part of the product.',
      from: { pathNot: ['\\.test\\.tsx?$', '^src-main/engine/testing/', '^(e2e|bench)/'] },
      to: { path: '^src-main/engine/testing/' },
    },
    {
      name: 'ui-below-features',
      severity: 'error',
      comment: 'Building blocks know neither the engine nor the features that use them.',
      from: { path: '^src-renderer/ui/' },
      to: { path: ['^src-renderer/api\\.ts$', '^src-renderer/features/'] },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      comment: 'An import that cannot be found.',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\?'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
}
