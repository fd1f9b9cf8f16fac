import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname
const alias = { '@shared': resolve(root, 'src-shared') }

// One build has to run on two runtimes: the pinned Electron and the older fallback that the launcher uses where releases
// cannot be downloaded (Node 18, Chromium 114). So syntax is lowered to the older one and the output is CommonJS.
export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      target: 'node18',
      outDir: resolve(root, 'out/main'),
      sourcemap: true,
      rolldownOptions: {
        input: { main: resolve(root, 'src-main/main.ts'), cli: resolve(root, 'src-main/cli/cli.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node18',
      outDir: resolve(root, 'out/preload'),
      // A sandboxed preload can require nothing but electron: everything goes into one file.
      externalizeDeps: false,
      isolatedEntries: true,
      rolldownOptions: {
        input: { preload: resolve(root, 'src-main/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].js' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    base: './',
    resolve: { alias },
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      target: 'chrome114',
      minify: true,
      outDir: resolve(root, 'out/renderer'),
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: { input: { index: resolve(root, 'src-renderer/index.html') } },
    },
  },
})
