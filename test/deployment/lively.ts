import { Random } from '../../main/random.ts'
import { initialVariables } from '../../main/snn/initial.ts'
import { networkInfo } from '../../main/snn/network.ts'
import type { NetworkShape } from '../../main/snn/program.ts'

/** Every variable with values that make many neurons fire, batch norm's statistics included. */
export function lively(network: NetworkShape['network'], facts: Pick<NetworkShape, 'classes' | 'shape'>, seed = 1): Map<string, Float32Array> {
  const info = networkInfo({ network, ...facts })
  const random = new Random(seed, 'lively')
  const values = initialVariables(info, seed)
  for (const { name, role } of info.variables) {
    const data = values.get(name)
    if (role === 'shift' || role === 'mean') data?.forEach((_, i) => (data[i] = random.uniform() - 0.3))
    if (role === 'variance') data?.forEach((_, i) => (data[i] = 0.5 + random.uniform()))
  }
  return values
}
