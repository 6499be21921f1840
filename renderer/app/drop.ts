import type { Route } from './route.ts'

/** What was dropped, as the browser tells it. */
export interface Dropped {
  readonly name: string
  readonly folder: boolean
  /** Where it lies; null in a browser, which keeps that to itself. */
  readonly path: string | null
}

/** Where a dropped file or folder leads: a folder to its import, a model's file to the models, any other to the stage. null: its path is not known. */
export function routeOf({ folder, path }: Dropped): Route | null {
  if (path === null || path === '') return null
  if (!folder && /\.onnx$/i.test(path)) return { view: 'models', page: 'model', id: path }
  return folder ? { view: 'datasets', page: 'import', folder: path } : { view: 'recordings', path }
}

/** What a browser's user is told instead. */
export function pathAdvice({ name, folder }: Dropped): string {
  const field = folder ? 'the field on this page' : 'the field at the upper left'
  return `A browser does not tell where “${name}” lies, and it may lie on another machine than Saccade runs on. Put its path into ${field}, or choose it with Open.`
}
