import type { ModelMetadata } from '../metadata.ts'
import { MisfitError } from './ports.ts'
import type { ForeignPorts, ForeignReading } from './schema.ts'

/** What running a model needs to know of it, wherever it comes from. */
export type RunnableMetadata = Pick<ModelMetadata, 'name' | 'labels' | 'framing' | 'filters' | 'sensor' | 'normalization' | 'shape' | 'format' | 'input' | 'batch' | 'states'> & {
  /** Of a classifier of another origin: its ports. */
  readonly foreign?: ForeignPorts
}

/**
 * What the user states of a classifier, held against its ports.
 * @throws MisfitError naming what does not fit, and what would
 */
export function foreignMetadata(name: string, ports: ForeignPorts, { framing, filters, sensor, normalization, labels }: ForeignReading): RunnableMetadata {
  const { layout, inputShape, outputShape, input, output } = ports
  const [batch = null] = inputShape
  const [t, channels, high, wide] = layout === 'NTCHW' ? inputShape.slice(1) : [null, ...inputShape.slice(1)]
  const { timesteps } = framing
  if (t !== null && t !== undefined && t !== timesteps) throw new MisfitError(`its input "${input}" takes ${t} timesteps, not ${timesteps}: state T = ${t}`)
  const pictures = normalization !== undefined
  const able = pictures ? [1, 3] : [2]
  const c = channels ?? (pictures ? normalization.mean.length : 2)
  if (!able.includes(c))
    throw new MisfitError(
      pictures
        ? `its input "${input}" has ${c} channels; pictures have 1 or 3`
        : `its input "${input}" has ${c} channels; frames of events have 2 (OFF, ON). For a classifier of pictures state mean and standard deviation`,
    )
  if (pictures && (normalization.mean.length !== c || normalization.std.length !== c))
    throw new MisfitError(`mean and standard deviation have ${normalization.mean.length} and ${normalization.std.length} values; its input "${input}" has ${c} channels`)
  const [statedHigh, statedWide] = framing.resize ?? sensor ?? [high ?? null, wide ?? null]
  const size = [high ?? statedHigh, wide ?? statedWide] as const
  if (size[0] === null || size[1] === null) throw new MisfitError(`its input "${input}" takes any size: state the size that frames are resized to`)
  if (size[0] !== statedHigh || size[1] !== statedWide)
    throw new MisfitError(`its input "${input}" takes frames of ${size[0]}x${size[1]} (height x width), not ${statedHigh}x${statedWide}: state that size`)
  const classes = outputShape[1] ?? labels?.length
  if (classes === undefined) throw new MisfitError(`its output "${output}" does not say how many classes there are: state their names`)
  if (classes < 2) throw new MisfitError(`its output "${output}" has ${classes} class; a classifier has at least 2`)
  if (labels !== undefined && labels.length !== classes) throw new MisfitError(`${labels.length} class names were stated; its output "${output}" has ${classes} classes`)
  return {
    name, framing, filters, sensor: sensor ?? [size[0], size[1]],
    labels: labels ?? Array.from({ length: classes }, (_, i) => `class ${i}`),
    ...(normalization && { normalization }),
    shape: [timesteps, c, size[0], size[1]],
    ...(batch !== null && { batch }),
    foreign: ports,
  }
}
