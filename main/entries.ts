import { fileURLToPath } from 'node:url'

/** Files that run as a thread or process of their own, by name, as they lie in the source tree. */
const sources = {
  'data-worker': './datasets/data-worker.ts',
  'training-process': './training/process.ts',
  'deployment-process': './deployment/process.ts',
  'live-process': './deployment/live/process.ts',
  'analysis-process': './analysis/process.ts',
  'activity-process': './analysis/activity-process.ts',
} as const
export type EntryName = keyof typeof sources

declare global {
  /** Set by electron.vite.config.ts in the built bundles. */
  var SACCADE_BUNDLED: boolean | undefined
}

/** Absolute path of an entry: the .ts source under Node, the bundle beside this one after a build. */
export function entryPath(name: EntryName): string {
  const relative = globalThis.SACCADE_BUNDLED ? `./${name}.js` : sources[name]
  return fileURLToPath(new URL(relative, import.meta.url))
}
