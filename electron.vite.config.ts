import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type * as samples from './main/deployment/package/collect.ts'

const here = import.meta.dirname
/** Every file that runs as a process or thread of its own is an entry, so that it can be started by path (main/entries.ts). */
const entries = {
  desktop: 'main/desktop.ts',
  headless: 'main/headless.ts',
  'data-worker': 'main/datasets/data-worker.ts',
  'training-process': 'main/training/process.ts',
  'deployment-process': 'main/deployment/process.ts',
  'live-process': 'main/deployment/live/process.ts',
  'analysis-process': 'main/analysis/process.ts',
  'activity-process': 'main/analysis/activity-process.ts',
}

export default defineConfig({
  main: {
    define: { 'globalThis.SACCADE_BUNDLED': 'true' },
    plugins: [
      {
        // Programs of exported packages, one of them bundled of our own sources: main/deployment/package/samples.ts reads it.
        name: 'samples-of-packages',
        async generateBundle() {
          // From where it lies, not bundled into this configuration: it reads what lies beside it.
          const { collectSamples } = (await import(pathToFileURL(resolve(here, 'main/deployment/package/collect.ts')).href)) as typeof samples
          this.emitFile({ type: 'asset', fileName: 'samples.json', source: JSON.stringify(Object.fromEntries(await collectSamples())) })
        },
      },
    ],
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, resolve(here, file)])),
        // Chunks lie beside the entries: main/entries.ts finds an entry from whichever file it was bundled into.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script must be one CommonJS file.
      rollupOptions: { input: { bridge: resolve(here, 'preload/bridge.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
      externalizeDeps: { exclude: ['zod'] },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [
      react(),
      {
        // The development page carries an inline script of the React plugin, which the built page's policy rightly refuses.
        name: 'development-page-without-policy',
        apply: 'serve',
        transformIndexHtml: (html) => html.replace(/<meta[^>]*Content-Security-Policy[^>]*>/i, ''),
      },
    ],
    build: { outDir: 'out/renderer', rollupOptions: { input: resolve(here, 'renderer/index.html') } },
  },
})
