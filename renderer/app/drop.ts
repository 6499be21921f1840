import type { Route } from './route.ts'

/** What was dropped, as the browser tells it. */
export interface Dropped {
  readonly name: string
  readonly folder: boolean
  /** Where it lies on the workbench's machine; null where that is not known. */
  readonly path: string | null
}

/** Where a dropped file or folder leads: a folder to its import, a model's file to the models, any other to the stage. null: its path is not known. */
export function routeOf({ folder, path }: Dropped): Route | null {
  if (path === null || path === '') return null
  if (!folder && /\.onnx$/i.test(path)) return { view: 'models', page: 'model', id: path }
  return folder ? { view: 'datasets', page: 'import', folder: path } : { view: 'recordings', path }
}
