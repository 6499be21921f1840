import { UsageError } from '../workbench/api.ts'
import { parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'

/** What helps to find a fault, as a zip. */
export const diagnostics: Command = {
  summary: 'versions, devices, settings, log and history of jobs as a zip, to send with a report',
  usage: `Usage: npm run saccade -- diagnostics --out FILE.zip|FOLDER [OPTIONS]

Holds no recordings, datasets or weights; the home folder is written as "~".

  --out PATH             the file, or a folder that gets saccade-diagnostics-DATE.zip
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, out: { type: 'string' } })
    positional(positionals)
    const { out } = values
    if (out === undefined) throw new UsageError('--out missing: where to save the zip.')
    await withWorkbench(values.library, async (workbench) => {
      const saved = await workbench.call('log.diagnostics', { path: out })
      host.print(values.json ? JSON.stringify(saved) : `${saved.path}: ${saved.files.join(', ')}`)
    })
  },
}
