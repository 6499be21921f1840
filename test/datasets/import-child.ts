/** Imports a folder in a process of its own, so that a test can kill it: node import-child.ts FOLDER DIRECTORY. Prints the files done. */
import { importDataset } from '../../main/datasets/import.ts'
import { DataPool } from '../../main/datasets/pool.ts'
import { importOptionsSchema } from '../../main/datasets/schema.ts'

const [folder, directory] = process.argv.slice(2) as [string, string]
await importDataset(importOptionsSchema.parse({ folder, name: 'test', framing: {} }), directory, {
  pool: new DataPool({ size: 2 }), onProgress: ({ done }) => console.log(done),
})
