import { parse, positional, sharedUsage, shared, withWorkbench, type Command } from './command.ts'
import { table } from './terminal.ts'

/** Processors that can train here, and how fast. */
export const devices: Command = {
  summary: 'what can train here: found, missing and why, measured',
  usage: `Usage: npm run saccade -- devices [--measure] [OPTIONS]

  --measure              take a few training steps on every device found (network Small, batch 16)
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, measure: { type: 'boolean' } })
    positional(positionals)
    await withWorkbench(values.library, async (workbench) => {
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
