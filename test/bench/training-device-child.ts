/** One measurement of test/bench/training-device.ts in a process of its own: node training-device-child.ts DEVICE BATCH STEPS PRECISION. */
import { deviceSchema, precisionSchema } from '../../main/engines/schema.ts'
import { engineFor } from '../../main/engines/index.ts'
import { benchStep } from './training-step.ts'

const [device, batch, steps, precision] = [deviceSchema.parse(process.argv[2]), Number(process.argv[3]), Number(process.argv[4]), precisionSchema.parse(process.argv[5])]
const step = benchStep(batch, device)
const engine = engineFor(device)
const { state } = step.program
const { feeds: first } = step.next()
const resident = engine.resident?.(device, Object.fromEntries(state.flatMap(({ name }) => (first[name] ? [[name, first[name]]] : [])))) ?? undefined
const loaded = await engine.load(step.program.onnx, { device, precision, resident })
const kept = new Set(resident?.names.map((name) => `next/${name}`))
const seconds: number[] = []
for (let k = 1; k <= steps; k++) {
  const { feeds, fetches } = step.next()
  const started = performance.now()
  await loaded.run(feeds, Object.fromEntries(Object.entries(fetches).filter(([name]) => !kept.has(name))), resident)
  seconds.push((performance.now() - started) / 1000)
}
if (!Number.isFinite(step.loss.data[0])) throw new Error('the loss is not finite')
process.stdout.write(JSON.stringify({ seconds, resident: resident !== undefined }))
// The provider's threads would keep the process alive.
process.exit(0)
