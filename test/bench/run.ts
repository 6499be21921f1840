/** npm run bench -- training|inference|snn5|onm|decode|frames|filters|import|open|stage|watch|clients|endurance [--json]: runs test/bench/NAME.ts and prints what it measured. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { table } from '../../main/headless/terminal.ts'

/** One measured figure; `peer` is the same quantity of what it is compared with, `ratio` how many times better ours is. */
export interface BenchRow {
  readonly label: string
  readonly value: number
  readonly unit: string
  readonly peer?: number
  readonly ratio?: number
}
export interface BenchResult {
  readonly name: string
  readonly rows: readonly BenchRow[]
}
/** What a bench file exports. @param args the command line's rest */
export type Bench = { readonly run: (args: readonly string[]) => Promise<BenchResult> }

const benches: Record<string, string> = {
  training: './training.ts',
  inference: './inference.ts',
  snn5: './snn5.ts',
  onm: './onm.ts',
  decode: './decode.ts',
  frames: './frames.ts',
  filters: './filters.ts',
  import: './import.ts',
  open: './open.ts',
  stage: './stage.ts',
  watch: './watch.ts',
  clients: './clients.ts',
  endurance: './endurance.ts',
}

const { values, tokens } = parseArgs({
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
  strict: false,
  tokens: true,
})
const [name] = tokens.filter((token) => token.kind === 'positional').map((token) => token.value)
const file = name === undefined ? undefined : benches[name]
if (values.help || file === undefined) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [--json] [options of that bench]`)
  process.exit(values.help ? 0 : 2)
}

const rest = process.argv.slice(2).filter((arg) => arg !== name && arg !== '--json')
const bench = (await import(file)) as Bench
const { name: title, rows } = await bench.run(rest)
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
const figures = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false })
const number = (value: number | undefined): string => (value === undefined ? '' : figures.format(value))
if (values.json) console.log(JSON.stringify({ name: title, machine, rows }, null, 2))
else {
  console.log(`${title} (${machine})\n`)
  console.log(
    table(
      rows.map(({ label, value, unit, peer, ratio }) => [label, number(value), unit, number(peer), number(ratio)]),
      ['what', 'value', 'unit', 'peer', 'ratio'],
    ),
  )
}
