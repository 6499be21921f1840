import { framingPresets } from '../../preload/contract/framing-presets.ts'
import type { ForeignReading, ForeignReadingInput, LibraryModel } from '../../preload/contract/index.ts'
import { UsageError } from '../workbench/api.ts'
import { number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { framingOptions, framingUsage, readFraming } from './framing-options.ts'
import { fileSize, percent, table } from './terminal.ts'

const options = {
  ...shared, ...framingOptions,
  name: { type: 'string' },
  classes: { type: 'string' },
  sensor: { type: 'string' },
  mean: { type: 'string' },
  std: { type: 'string' },
} as const

export const models: Command = {
  summary: 'lists models, looks at an .onnx file, takes one into the library',
  usage: `Usage: npm run saccade -- models [list|look FILE|import FILE] [OPTIONS]

list tells the models of the library. look tells what an .onnx file is. import copies it into the library, once it has been run.
A file that Saccade exported says itself what it is fed with. A classifier of another origin runs too where it has one float32
input [N, C, H, W] (it gets frame by frame, and its answers are averaged) or [N, T, C, H, W], and one float32 output [N, classes].
State of it what its file does not say:

  --name NAME            what it is called in the library
  --classes A,B,...      class names in the order of its output
  --sensor HxW           size of the camera that it was trained on, for --resize none
  --mean A,B,C --std A,B,C
                         it takes pictures: values 0..1 become (value - mean) / std, per channel
${framingUsage.replace('48x48;\n                         pictures of one size keep it, others become 224x224)', "the model's own size)")}
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, options)
    const [what = 'list', ...rest] = positionals
    await withWorkbench(values.library, async (workbench) => {
      if (what === 'list') {
        positional(rest)
        const { models: all } = await workbench.call('models.list', {})
        return host.print(values.json ? JSON.stringify(all, null, 2) : all.length === 0 ? 'No models yet.' : table(all.map(row), ['id', 'format', 'size', 'origin']))
      }
      const [path = ''] = positional(rest, 'FILE')
      const facts = await workbench.call('models.look', { path })
      if (what === 'look') {
        if (values.json) return host.print(JSON.stringify(facts, null, 2))
        return host.print(
          facts.origin === 'saccade'
            ? `${facts.name}: exported by Saccade (${facts.format}), input [${facts.shape.join(', ')}], classes ${facts.classes.join(', ')}`
            : `A classifier of another origin (${facts.producer}): input "${facts.ports.input}" [${shapeText(facts.ports.inputShape)}], output "${facts.ports.output}" [${shapeText(facts.ports.outputShape)}]`,
        )
      }
      if (what !== 'import') throw new UsageError(`models ${what} is none of list, look and import.`)
      const reading = facts.origin === 'foreign' ? readingOf(values, facts.ports.inputShape) : undefined
      const { model } = await workbench.call('models.import', { path, ...(values.name !== undefined && { name: values.name }), ...(reading && { reading }) })
      host.print(values.json ? JSON.stringify({ model }, null, 2) : `Model ${model} is in the library: saccade infer ${model} RECORDING`)
    })
  },
}

const shapeText = (shape: readonly (number | null)[]): string => shape.map((dim) => dim ?? '?').join(', ')

function row(model: LibraryModel): string[] {
  const origin = 'proof' in model ? `run ${model.run}, ${percent(model.proof.accuracyExported)} on test` : `imported from ${model.imported.from}`
  return [model.id, model.format ?? 'window', fileSize(model.bytes), origin]
}

type Values = Parameters<typeof readFraming>[0] & Partial<Record<'classes' | 'sensor' | 'mean' | 'std', string>>

/** What the options say of a classifier; size and T are the file's own where it tells them. @throws UsageError */
function readingOf(values: Values, input: readonly (number | null)[]): ForeignReadingInput {
  const [high, wide] = input.slice(-2)
  const timesteps = (input.length === 5 ? input[1] : null) ?? 10
  const usual = { timesteps, resize: typeof high === 'number' && typeof wide === 'number' && high >= 4 && wide >= 4 ? ([high, wide] satisfies [number, number]) : framingPresets[0]!.framing.resize }
  const { framing, filters } = readFraming(values, usual)
  const [, sensorHigh, sensorWide] = /^(\d+)x(\d+)$/.exec(values.sensor ?? '') ?? []
  if (values.sensor !== undefined && sensorHigh === undefined) throw new UsageError(`--sensor must be HEIGHTxWIDTH, not "${values.sensor}".`)
  if ((values.mean === undefined) !== (values.std === undefined)) throw new UsageError('--mean and --std belong together.')
  const normalization: ForeignReading['normalization'] =
    values.mean === undefined ? undefined : { mean: numbers(values.mean, 'mean'), std: numbers(values.std ?? '', 'std'), source: 'stated on import' }
  return {
    framing: normalization && values.timesteps === undefined && input.length === 4 ? { ...framing, timesteps: 1 } : framing,
    filters,
    ...(values.classes !== undefined && { labels: values.classes.split(',').map((name) => name.trim()) }),
    ...(values.sensor !== undefined && { sensor: [Number(sensorHigh), Number(sensorWide)] }),
    ...(normalization && { normalization }),
  }
}

const numbers = (text: string, name: string): number[] => text.split(',').map((part) => number(part, name) ?? NaN)
