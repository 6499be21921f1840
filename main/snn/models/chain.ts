import type { LayerDescription } from '../schema.ts'

/**
 * Layers from the papers' notation: "64C3" a convolution with 64 channels and a 3x3 kernel (same size out), "AP2" an average
 * pooling of 2x2. The read-out ("FC") is not written: every network has it.
 */
export function chain(notation: string): LayerDescription[] {
  return notation.split('-').map((part) => {
    const convolution = /^(\d+)C(\d+)$/.exec(part)
    if (convolution) {
      const kernel = Number(convolution[2])
      return { type: 'conv', out: Number(convolution[1]), kernel, stride: 1, padding: (kernel - 1) / 2, pool: null }
    }
    const pool = /^AP(\d+)$/.exec(part)
    if (pool) return { type: 'average-pool', size: Number(pool[1]) }
    throw new Error(`"${part}" in "${notation}" is neither like 64C3 nor like AP2`)
  })
}
