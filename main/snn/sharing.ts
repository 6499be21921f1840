import type { LayerDescription } from './schema.ts'

/** A layer of a network with its name. */
export interface Member {
  readonly description: LayerDescription
  readonly name: string
  /** Its input is one frame for all timesteps. */
  readonly still: boolean
}

type Convolving = Extract<LayerDescription, { type: 'conv' | 'residual' }>

const convolves = (layer: LayerDescription | undefined): layer is Convolving => layer?.type === 'conv' || layer?.type === 'residual'

/** Whether the output is as wide and high as the input. */
function keepsSize(layer: Convolving): boolean {
  const [kernels, strides, paddings] = layer.type === 'conv' ? [[layer.kernel], [layer.stride], [layer.padding]] : [layer.kernels, layer.strides, layer.paddings]
  return strides.every((stride) => stride === 1) && kernels.every((kernel, i) => 2 * (paddings[i] ?? 0) === kernel - 1)
}

const shrinks = (layer: Convolving): boolean => (layer.type === 'conv' ? layer.pool !== null : layer.globalPool)

/**
 * Layers that share a membrane: consecutive convolutions and residual blocks whose neurons are of one shape. As in the authors'
 * networks, the first layer has neurons of its own, and so have poolings' other sides and dense layers.
 */
export function sharingGroups(members: readonly Member[]): Member[][] {
  const groups: Member[][] = []
  members.forEach((member, i) => {
    const { description } = member
    const before = groups.at(-1)?.at(-1)?.description
    const goesOn = i > 1 && convolves(before) && convolves(description) && !shrinks(before) && keepsSize(description) && description.out === before.out
    if (goesOn) groups.at(-1)?.push(member)
    else groups.push([member])
  })
  return groups
}

/** Whether a group has more than one layer of neurons: of several layers, or of the two in a block. */
export function isShared(group: readonly Member[]): boolean {
  const [first] = group
  return group.length > 1 || first?.description.type === 'residual'
}
