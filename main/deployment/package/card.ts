import type { Figure } from '../../figures/figure.ts'
import type { Exported } from '../formats/format.ts'
import type { ModelMetadata } from '../metadata.ts'

/** 95 % interval of a share, after Wilson (1927): holds for few samples and for shares near 0 and 1. */
export function wilson(share: number, samples: number): readonly [number, number] {
  const z = 1.959964
  const centre = (share + z ** 2 / (2 * samples)) / (1 + z ** 2 / samples)
  const half = (z / (1 + z ** 2 / samples)) * Math.sqrt((share * (1 - share)) / samples + z ** 2 / (4 * samples ** 2))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
const interval = (share: number, samples: number): string => `${percent(share)} (95 % ${wilson(share, samples).map(percent).join(' to ')}, ${samples} samples)`

/** A file of a package, or why it isn't there. */
export interface Part {
  readonly format: string
  readonly file: string
  readonly exported?: Exported
  readonly refused?: string
}

const list = (values: object): string => Object.entries(values).map(([key, value]) => `- ${key}: ${typeof value === 'object' ? `\`${JSON.stringify(value)}\`` : String(value)}`).join('\n')

/** What frames are made of, and how. */
function input({ framing, filters, sensor, shape, normalization }: ModelMetadata): string {
  const size = `Frames [T, C, H, W] = [${shape.join(', ')}]`
  if (normalization) return `${size}: one picture, ${shape[1] === 1 ? 'grey' : 'channels red, green, blue'}, shown at every timestep. Its values 0..1 become (value - mean) / std.\n\n${list(normalization)}`
  const before = filters.length > 0 ? `- filters before: \`${JSON.stringify(filters)}\`` : '- no filters before'
  return `${size}, channel 0 OFF, channel 1 ON, origin upper left, of a sensor with ${sensor[1]}x${sensor[0]} pixels.\n\n${list(framing)}\n${before}`
}

/** The package's README: what the model is, how well it does, what its files are. */
export function modelCard(metadata: ModelMetadata, parts: readonly Part[], figures: readonly Pick<Figure, 'id' | 'title' | 'caption'>[] = []): string {
  const { name, labels, accuracy, checkpoint, dataset, neuron, training } = metadata
  const rows = parts.map(({ format, file, exported, refused }) => {
    if (!exported) return `| ${format} | – | ${(refused ?? '').replaceAll('|', '/')} |`
    const { proof } = exported
    return `| ${format} | \`${file}\` | ${percent(proof.argmaxAgreement)} same answers; largest logit difference ${proof.largestLogitDifference.toExponential(1)}, firing rates ${proof.largestFiringRateDifference.toExponential(1)}; accuracy ${interval(proof.accuracyExported, proof.samples)}; ${proof.runtime} |`
  })
  const notes = parts.flatMap(({ format, exported }) => (exported?.notes ?? []).map((note) => `- ${format}: ${note}`))
  return `# ${name}

A spiking neural network that tells ${labels.length} classes apart: ${labels.join(', ')}. Exported by Saccade ${metadata.version}.

Accuracy on the test split: ${interval(accuracy.value, accuracy.samples)}. Checkpoint of epoch ${checkpoint.epoch}: ${checkpoint.chosenBy}.
Dataset: ${dataset.name} (hash ${dataset.hash}); its own licence holds for what was learned from it.

${figures.map(({ id, title, caption }) => `![${title}](figures/${id}.svg)\n\n${title}: ${caption}`).join('\n\n')}

## Files

Each file was run on the test split beside the trained network before it was put here.

| format | file | proof |
|---|---|---|
${rows.join('\n')}

${notes.join('\n')}

- \`model.json\`: all of this for programs, with the SHA-256 of every file
- \`golden/\`: inputs of the test split and the window model's answers${metadata.normalization ? '' : '; a recording made of random events, its frames and the answer'}; NumPy files
- \`samples/\`: Python, TypeScript (Node and browser) and C++ programs that read a recording, frame it by the rule below and classify it, at
  once or step by step; samples/README.md says how, and what they don't read

## Input

${input(metadata)}

## Neuron

${list(neuron)}

## Training

${list(training)}

## Limits

Accuracies are of one run on one test split; the interval is of the samples only, not of other seeds. Recordings of other sensors,
biases or speeds than the dataset's give worse answers. The samples are under Saccade's own licence (MIT).
`
}
