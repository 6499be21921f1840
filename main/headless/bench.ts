import { UsageError } from '../workbench/api.ts'
import { parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { fileSize, table } from './terminal.ts'

export const bench: Command = {
  summary: 'how fast a model runs on this machine',
  usage: `Usage: npm run saccade -- bench MODEL [OPTIONS]

Runs a model of the library on the CPU and on every other device that is here, each in a process of its own. Tells latency of a
batch (median, 95 % of the runs), samples a second, the memory of the process and the file's size and precision. The result is kept
with the model.

  --batches N,N,...      batch sizes, default 1,4,16
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, batches: { type: 'string' } })
    const [id = ''] = positional(positionals, 'MODEL')
    const batches = values.batches?.split(',').map(Number)
    if (batches?.some((batch) => !(Number.isInteger(batch) && batch >= 1 && batch <= 256))) throw new UsageError(`--batches must be whole numbers from 1 to 256, not "${values.batches}".`)
    await withWorkbench(values.library, async (workbench) => {
      const stop = (): void => void workbench.call('jobs.list', {}).then(({ jobs }) => jobs.forEach((job) => void workbench.call('jobs.cancel', { id: job.id })))
      host.signal.addEventListener('abort', stop)
      const result = await workbench.call('models.bench', { id, ...(batches && { batches }) })
      host.signal.removeEventListener('abort', stop)
      if (values.json) return host.print(JSON.stringify(result, null, 2))
      const { file } = result
      host.print(`${result.runtime} on ${result.machine}${file ? `; file ${fileSize(file.bytes)}${file.precision ? `, ${file.precision}` : ''}` : ''}\n`)
      host.print(
        table(
          result.rows.map(({ device, batch, p50, p95, samplesPerSecond, runs }) => [device, String(batch), `${p50.toFixed(2)} ms`, `${p95.toFixed(2)} ms`, samplesPerSecond.toFixed(1), String(runs)]),
          ['device', 'batch', 'p50', 'p95', 'samples/s', 'runs'],
        ),
      )
      for (const { device, bytes } of result.memory) host.print(`${device}: ${fileSize(bytes)} of memory at most`)
      for (const { device, reason } of result.failures) host.print(`${device}: ${reason}`)
    })
  },
}
