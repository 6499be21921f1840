import { accessSync, constants, copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorCode, storageError, temporaryName } from '../training/atomic.ts'
import { UsageError } from '../workbench/api.ts'
import { choice, follow, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { fileSize, percent, table } from './terminal.ts'
import { findRun } from './train.ts'

export const exportRun: Command = {
  summary: "a run's checkpoint becomes an ONNX file, proven on the test split",
  usage: `Usage: npm run saccade -- export RUN [OPTIONS]

The file is run by ONNX Runtime on the whole test split and compared with the trained network before it is kept.

  --checkpoint best|last  default best
  --output FILE           also copies model.onnx there
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, checkpoint: { type: 'string' }, output: { type: 'string' } })
    const [wanted = ''] = positional(positionals, 'RUN')
    const checkpoint = choice(values.checkpoint, 'checkpoint', ['best', 'last'], 'best')
    await withWorkbench(values.library, async (workbench) => {
      const run = await findRun(workbench, wanted)
      if (values.output !== undefined) requireFolder(resolve(values.output))
      const { model } = await follow(workbench, host, () => workbench.call('models.export', { run, checkpoint }))
      const { models } = await workbench.call('models.list', {})
      const record = models.find(({ id }) => id === model)
      if (!record) throw new Error(`Model ${model} has gone from the library.`)
      const output = values.output === undefined ? undefined : copyTo(record.path, resolve(values.output))
      if (values.json) return host.print(JSON.stringify({ ...record, output: output ?? null }, null, 2))
      const { proof } = record
      host.print(
        table([
          ['model', model],
          ['file', `${record.path} (${fileSize(record.bytes)})`],
          ...(output === undefined ? [] : [['copy', output]]),
          ['proof', `${proof.samples} test samples on ${proof.runtime} (${proof.provider})`],
          ['arg max agrees', percent(proof.argmaxAgreement, 2)],
          ['largest logit difference', proof.largestLogitDifference.toExponential(1)],
          ['largest firing rate difference', proof.largestFiringRateDifference.toExponential(1)],
          ...(record.chosenBy === undefined ? [] : [['checkpoint', `epoch ${record.epoch}: ${record.chosenBy}`]]),
          ['accuracy', `${percent(proof.accuracyTrained, 2)} trained, ${percent(proof.accuracyExported, 2)} exported`],
        ]),
      )
    })
  },
}

/** Copies a file so that an older one at the same place is replaced whole or not at all. */
function copyTo(source: string, target: string): string {
  const temporary = temporaryName(target)
  try {
    copyFileSync(source, temporary)
    renameSync(temporary, target)
    return target
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new Error(`${storageError(target, error).message}\nOnly the copy failed: the model is kept at ${source}.`)
  }
}

/** Told before the export, not after it. @throws UsageError where the folder of a file is missing or can't be written */
function requireFolder(target: string): void {
  const folder = dirname(target)
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new UsageError(`--output ${target}: the folder ${folder} ${errorCode(error) === 'ENOENT' ? 'does not exist' : "can't be written"}.`)
  }
}
