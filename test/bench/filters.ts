/** npm run bench -- filters: events per second of each filter, one thread, on simulated events of a 346x260 sensor. */
import { applyFilters } from '../../main/events/filters/index.ts'
import { filtersSchema } from '../../main/events/schema.ts'
import { Random } from '../../main/random.ts'
import type { BenchResult } from './run.ts'

const seconds = 0.7
const length = 2_000_000
const sensor = [260, 346] as const

const chains = [
  [{ type: 'background-activity' }], [{ type: 'refractory' }], [{ type: 'hot-pixels' }], [{ type: 'polarity', keep: 'on' }], [{ type: 'polarity', keep: 'merge' }],
  [{ type: 'crop', x: 50, y: 50, width: 200, height: 150 }], [{ type: 'time-window', from: 200_000, to: 800_000 }], [{ type: 'downsample' }],
  [{ type: 'downsample', merge: 1000 }], [{ type: 'flip' }], [{ type: 'rotate' }], [{ type: 'transpose' }],
  [{ type: 'background-activity' }, { type: 'refractory' }, { type: 'downsample' }],
]

/** A second of an edge that sweeps over the sensor, in noise. */
function simulated() {
  const random = new Random(1, 'bench filters')
  const batch = { length, t: new Float64Array(length), x: new Uint16Array(length), y: new Uint16Array(length), p: new Uint8Array(length) }
  for (let i = 0; i < length; i++) {
    const noise = random.below(4) === 0
    batch.t[i] = Math.floor((i * 1e6) / length)
    batch.x[i] = noise ? random.below(sensor[1]) : Math.min(sensor[1] - 1, Math.floor((i * sensor[1]) / length) + random.below(3))
    batch.y[i] = random.below(sensor[0])
    batch.p[i] = random.below(2)
  }
  return batch
}

export function run(): Promise<BenchResult> {
  const events = simulated()
  const rows = chains.map((settings) => {
    const filtered = applyFilters({ sensor, first: 0, batches: () => [events] }, filtersSchema.parse(settings))
    let [rounds, kept] = [0, 0]
    const start = performance.now()
    do {
      for (const batch of filtered.batches()) kept += batch.length
      rounds++
    } while (performance.now() - start < seconds * 1000)
    const rate = (rounds * length) / (performance.now() - start) / 1000
    return { label: `${settings.map(({ type, ...rest }) => `${type}${Object.keys(rest).length ? ` ${JSON.stringify(rest)}` : ''}`).join(' + ')}, keeps ${((100 * kept) / rounds / length).toFixed(0)} %`, value: rate, unit: 'M events/s' }
  })
  return Promise.resolve({ name: 'Event filters, one thread', rows })
}
