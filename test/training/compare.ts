import { checkpointPath } from '../../main/training/checkpoint.ts'
import { readEpochs } from '../../main/training/run-store.ts'
import { readSafetensors } from '../../main/training/safetensors.ts'

/** The figures of epochs.jsonl that must not depend on the machine's speed. */
export const figures = (run: string) => readEpochs(run).map(({ samplesPerSecond: _, seconds: __, waitedSeconds: ___, ...rest }) => rest)

/** All tensors of a checkpoint, byte for byte. */
export const weights = (run: string, kind: 'last' | 'best'): Record<string, string> =>
  Object.fromEntries(
    [...readSafetensors(checkpointPath(run, kind)).tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
    ]),
  )
