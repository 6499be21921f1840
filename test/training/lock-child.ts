/** Takes the lock of each number it is sent, and tells whether it got it: node lock-child.ts FOLDER. */
import { join } from 'node:path'
import { Lock } from '../../main/training/lock.ts'

process.on('message', (round: number) => process.send?.(Lock.take(join(process.argv[2] ?? '', `.${round}.lock`)) instanceof Lock))
process.send?.('ready')
