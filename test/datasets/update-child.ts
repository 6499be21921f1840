/** Updates a dataset from its source; killed by the test somewhere on the way. */
import { DataPool } from '../../main/datasets/pool.ts'
import { updateDataset } from '../../main/datasets/update.ts'

const pool = new DataPool({ size: 1 })
await updateDataset(process.argv[2] ?? '', null, { pool, onProgress: () => process.send?.('progress') })
await pool.close()
process.exit(0)
