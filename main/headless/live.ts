import { basename, resolve } from 'node:path'
import type { LivePrediction, LiveSession, LiveSource, LiveStatistics } from '../../preload/contract/index.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { follow, number, parse, positional, shared, withWorkbench, type Command, type Host } from './command.ts'
import { percent, table } from './terminal.ts'

export const live: Command = {
  summary: 'a model on events as they happen: a recording in real time, a watch folder, a TCP stream',
  usage: `Usage: npm run saccade -- live MODEL --recording FILE|--watch FOLDER|--listen PORT [OPTIONS]

MODEL is the id of an exported model, or the path of an .onnx file. Events are cut into windows, each goes through the model's own
filters and framing rule; windows that come faster than the network answers are dropped, the oldest first, and counted. Ctrl-C ends it
and prints the statistics.

  --recording FILE       a recording as if it were happening now
    --speed N              so many times as fast (default: 1)
    --repeat               from its start again until Ctrl-C
  --watch FOLDER         recordings that come into FOLDER, each once it is whole; one window each unless --window is given
    --existing             also those that lie there already
  --listen PORT          a TCP stream of events, as "saccade stream" sends it; 0: any free port
    --host ADDRESS         listens there (default: 127.0.0.1, this machine only)
    --once                 ends with its first sender
  --window MS            length of a window (default: as long as training samples, else 100 ms for each of the T frames)
  --hop MS               from the beginning of a window to that of the next (default: a window)
  --whole-windows        computes all timesteps at the end of a window, also where they could be computed as they end
  --exit-at P            early exit: an answer counts as soon as its confidence is P, 0 to 1 (default: after all timesteps)
  --queue N              windows that may wait (default: 2)
  --json                 one JSON object a line: every prediction, and the statistics at the end
  --library FOLDER       where datasets, runs and models are kept (default: SACCADE_LIBRARY, else ~/Saccade)`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...shared,
      recording: { type: 'string' }, speed: { type: 'string' }, repeat: { type: 'boolean' },
      watch: { type: 'string' }, existing: { type: 'boolean' },
      listen: { type: 'string' }, host: { type: 'string' }, once: { type: 'boolean' },
      window: { type: 'string' }, hop: { type: 'string' }, 'whole-windows': { type: 'boolean' }, 'exit-at': { type: 'string' }, queue: { type: 'string' },
    })
    const [model = ''] = positional(positionals, 'MODEL')
    const source = sourceOf(values)
    const settings = { source, windowMs: number(values.window, 'window') ?? null, hopMs: number(values.hop, 'hop') ?? null, perTimestep: !values['whole-windows'], exitAt: number(values['exit-at'], 'exit-at') ?? null, queue: number(values.queue, 'queue') ?? 2 }
    await withWorkbench(values.library, async (workbench) => {
      const statistics = await session(workbench, host, model, settings, values.json ?? false)
      if (!statistics) return
      host.print(values.json ? JSON.stringify({ statistics }) : `\n${describe(statistics)}`)
    })
  },
}

/** Prints predictions as they come. */
async function session(workbench: Workbench, host: Host, model: string, settings: Pick<LiveSession['settings'], 'windowMs' | 'hopMs' | 'perTimestep' | 'exitAt' | 'queue'> & { source: LiveSource }, json: boolean): Promise<LiveStatistics | null> {
  let classes: readonly string[] = []
  let said = ''
  let statistics: LiveStatistics | null = null
  const stop = workbench.on('model.live', ({ news }) => {
    if (!news) return
    statistics = news.statistics
    if (news.begun) ({ classes } = news.begun)
    if (news.begun?.address) {
      const { address } = news.begun
      if (json) host.print(JSON.stringify({ address }))
      else host.progress.line(`listens at ${address.host}:${address.port}`)
    }
    for (const problem of news.problems) host.progress.line(problem)
    if (news.activity !== said && !json) host.progress.line((said = news.activity))
    for (const prediction of news.predictions) host.print(json ? JSON.stringify({ ...prediction, label: classes[prediction.label] }) : `${settings.source.kind === 'watch' ? `${basename(prediction.from)}  ` : ''}${line(prediction, classes)}`)
  })
  try {
    await follow(workbench, host, () => workbench.call('models.live.start', { model, ...settings }))
    return statistics
  } finally {
    stop()
  }
}

function sourceOf(values: { recording?: string | undefined; speed?: string | undefined; repeat?: boolean | undefined; watch?: string | undefined; existing?: boolean | undefined; listen?: string | undefined; host?: string | undefined; once?: boolean | undefined }): LiveSource {
  const given = [values.recording, values.watch, values.listen].filter((value) => value !== undefined)
  if (given.length !== 1) throw new UsageError('Say where the events come from: one of --recording FILE, --watch FOLDER and --listen PORT.')
  if (values.recording !== undefined) return { kind: 'recording', path: resolve(values.recording), speed: number(values.speed, 'speed') ?? 1, repeat: values.repeat ?? false }
  if (values.watch !== undefined) return { kind: 'watch', folder: resolve(values.watch), existing: values.existing ?? false }
  return { kind: 'listen', port: number(values.listen, 'listen') ?? 0, host: values.host ?? '127.0.0.1', once: values.once ?? false }
}

/** "12.300-12.400 s  circle  97 %  after 3 steps, ..." */
function line({ startUs, endUs, label, confidence, steps, events, latencyMs }: LivePrediction, classes: readonly string[]): string {
  const span = `${(startUs / 1e6).toFixed(3)}-${(endUs / 1e6).toFixed(3)} s`
  return `${span}  ${(classes[label] ?? String(label)).padEnd(Math.min(24, Math.max(...classes.map(({ length }) => length))))} ${percent(confidence).padStart(7)}  after ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, ${events} events, ${latencyMs.total.toFixed(1)} ms`
}

function describe({ windows, answered, dropped, empty, failed, events, eventsDropped, latencyMs, meanSteps }: LiveStatistics): string {
  return table([
    ['windows', String(windows)],
    ['answered', String(answered)],
    ['dropped', String(dropped)],
    ['without events', String(empty)],
    ...(failed > 0 ? [['failed', String(failed)]] : []),
    ['events', String(events)],
    ...(eventsDropped > 0 ? [['events beyond what a window holds', String(eventsDropped)]] : []),
    ...(latencyMs ? [['latency p50, p95, p99', `${latencyMs.p50.toFixed(1)} ms, ${latencyMs.p95.toFixed(1)} ms, ${latencyMs.p99.toFixed(1)} ms`]] : []),
    ...(meanSteps === null ? [] : [['timesteps per answer', meanSteps.toFixed(2)]]),
  ])
}
