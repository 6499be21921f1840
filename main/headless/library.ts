import { number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { fileSize, table } from './terminal.ts'

export const library: Command = {
  summary: 'what the library knows: recordings, watch folders, datasets, runs, models',
  usage: `Usage: npm run saccade -- library [OPTIONS]

Lists recordings (one row a content, however many files have it), watch folders, datasets, runs and models.

  --filter WORDS         recordings with all of these words in path, label or format
  --count N              at most so many recordings (default 100; 0: none)
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, filter: { type: 'string' }, count: { type: 'string' } })
    positional(positionals)
    const count = number(values.count, 'count') ?? 100
    await withWorkbench(values.library, async (workbench) => {
      const page = await workbench.call('library.recordings', { filter: values.filter ?? '', sort: 'name', descending: false, count: Math.max(1, Math.min(1000, count)) })
      for (let next; page.recordings.length < Math.min(count, page.total); page.recordings.push(...next)) {
        const from = page.recordings.length
        next = (await workbench.call('library.recordings', { filter: values.filter ?? '', sort: 'name', descending: false, from, count: Math.min(1000, count - from) })).recordings
        if (next.length === 0) break
      }
      const recordings = page.recordings.slice(0, count)
      const { watches } = await workbench.call('watch.list', {})
      const { datasets } = await workbench.call('datasets.list', {})
      const { runs } = await workbench.call('runs.list', {})
      const { models } = await workbench.call('models.list', {})
      const { notices } = await workbench.call('library.notices', {})
      notices.forEach(({ message, advice }) => host.progress.line(advice === null ? message : `${message} ${advice}`))
      if (values.json) return host.print(JSON.stringify({ total: page.total, recordings, watches, datasets, runs, models }, null, 2))
      host.print(`${page.total} recordings, ${datasets.length} datasets, ${runs.length} runs, ${models.length} models\n`)
      if (recordings.length > 0) {
        const rows = recordings.map((one) => [
          one.missing ? `${one.name} (gone)` : one.name, one.label ?? '', one.failure === null ? one.formatName : 'unreadable', fileSize(one.bytes), (one.durationUs / 1e6).toFixed(3),
          String(one.events), one.events > 0 ? `${((one.on / one.events) * 100).toFixed(1)} %` : '', String(one.problems), String(one.copies + one.sameEvents),
        ])
        host.print(table(rows, ['recording', 'label', 'format', 'size', 'seconds', 'events', 'ON', 'problems', 'duplicates']))
        if (page.total > recordings.length) host.print(`... and ${page.total - recordings.length} more (--count)`)
      }
      if (watches.length > 0) {
        const rows = watches.map(({ folder, rule, dataset, paused, files }) => [folder, rule.by === 'pattern' ? rule.pattern : rule.by, dataset ?? '', paused ? 'paused' : '', String(files)])
        host.print(`\n${table(rows, ['watch folder', 'label', 'dataset', '', 'files'])}`)
      }
    })
  },
}
