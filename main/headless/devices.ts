import { installableSchema } from '../engines/schema.ts'
import { UsageError } from '../workbench/api.ts'
import { choice, follow, parse, positional, sharedUsage, shared, withWorkbench, type Command } from './command.ts'
import { table } from './terminal.ts'

/** Processors that can train here, and how fast. */
export const devices: Command = {
  summary: 'what can train here: found, missing and why, measured',
  usage: `Usage: npm run saccade -- devices [--measure] [--install cuda [--from URL]] [OPTIONS]

  --measure              take a few training steps on every device found (network Small, batch 16)
  --install cuda         fetch ONNX Runtime's CUDA libraries (some 200 MB, Linux x64), check them, and put them beside a copy of
                         the runtime in SACCADE_ENGINES (default: this user's folder for data); npm's proxy settings are used
  --from URL             with --install: service index of another NuGet feed, e.g. a mirror
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, measure: { type: 'boolean' }, install: { type: 'string' }, from: { type: 'string' } })
    positional(positionals)
    const what = values.install === undefined ? undefined : choice(values.install, 'install', installableSchema.options, 'cuda')
    if (values.from !== undefined && what === undefined) throw new UsageError('--from goes with --install.')
    await withWorkbench(values.library, async (workbench) => {
      if (what !== undefined) {
        const { ended } = await follow(workbench, host, () => workbench.call('devices.install', { what, from: values.from }))
        host.progress.line(ended.detail)
      }
      const { devices: found } = await workbench.call('devices.list', {})
      if (values.measure === true) {
        for (const { device, state, title } of found) {
          if (state === 'missing' || host.signal.aborted) continue
          host.progress.line(`Measuring ${title} ...`)
          await workbench.call('devices.measure', { device })
        }
      }
      const { devices: reports } = await workbench.call('devices.list', {})
      if (values.json) return host.print(JSON.stringify(reports, null, 2))
      const rows = reports.map(({ device, title, state, samplesPerSecond }) => [
        device,
        title,
        state,
        samplesPerSecond === null ? '' : `${samplesPerSecond.toFixed(0)} samples/s`,
      ])
      host.print(table(rows, ['device', '', 'state', 'speed']))
      for (const { device, detail, advice } of reports) host.print(`\n${device}: ${detail}.${advice === null ? '' : `\n  ${advice}`}`)
    })
  },
}
