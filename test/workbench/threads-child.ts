/** Says how many threads a process started with the settings' environment gives its data workers and its engine (settings.test.ts). */
import { DataPool } from '../../main/datasets/pool.ts'
import { threadBound } from '../../main/threads.ts'

console.log(JSON.stringify({ workers: new DataPool().size, bound: threadBound }))
