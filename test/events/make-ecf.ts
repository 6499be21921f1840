/** Chunks as Prophesee's ECF packs them: one encoder for each way to pack coordinates. */
import type { Event } from './make.ts'

export type EcfPacking = 'runs' | 'columns' | 'all'

const u16 = (value: number): number[] => [value & 255, (value >>> 8) & 255]
const u32 = (value: number): number[] => [...u16(value), ...u16(value >>> 16)]

/** Lengths of runs of equal numbers. */
function runs(values: readonly number[]): [value: number, length: number][] {
  const found: [number, number][] = []
  for (const value of values) {
    const last = found.at(-1)
    if (last?.[0] === value) last[1]++
    else found.push([value, 1])
  }
  return found
}

export function encodeEcf(events: readonly Event[], packing: EcfPacking): Uint8Array {
  const bytes = u32(events.length * 4 + (packing === 'all' ? 2 : packing === 'columns' ? 1 : 0))
  const first = BigInt(events[0]?.t ?? 0)
  for (let k = 0n; k < 64n; k += 8n) bytes.push(Number((first >> k) & 255n))
  let now = events[0]?.t ?? 0
  for (const [t, length] of runs(events.map((event) => event.t))) {
    let step = t - now
    now = t
    if (step >= 15) {
      for (; step > 0; step = Math.floor(step / 16)) bytes.push(0xf0 | step % 16)
      step = 0
    }
    if (length >= 15) bytes.push((step << 4) | 15, ...u16(length))
    else bytes.push((step << 4) | length)
  }
  if (packing === 'all') four(events, (a, b, c, d) => {
    const of = ({ x, y, p }: Event): number => (y << 12) | (x << 1) | p
    const [v, w, m, n] = [of(a), of(b), of(c), of(d)]
    bytes.push(...u32((v << 8) | (w & 255)), ...u32(((w >>> 8) << 16) | (m & 0xffff)), ...u32(((m >>> 16) << 24) | n))
  })
  else for (const [y, length] of runs(events.map((event) => event.y))) bytes.push(...(length >= 31 ? [...u16((y << 5) | 31), ...u16(length)] : u16((y << 5) | length)))
  if (packing === 'columns') four(events, (a, b, c, d) => {
    const of = ({ x, p }: Event): number => (x << 1) | p
    const [v, w, m, n] = [of(a), of(b), of(c), of(d)]
    bytes.push(...u16((v << 4) | (w & 15)), ...u16(((w >>> 4) << 8) | (m & 255)), ...u16(((m >>> 8) << 12) | n))
  })
  if (packing === 'runs') {
    for (let i = 0; i < events.length; ) {
      const x = events[i++]!.x
      let value = x << 5
      for (let right = 1; right <= 5; right++)
        if (events[i]?.x === x + right) {
          value |= 1 << (5 - right)
          i++
        }
      bytes.push(...u16(value))
    }
    for (const [p, length] of runs(events.map((event) => event.p))) bytes.push(...(length >= 127 ? [(p << 7) | 127, ...u16(length)] : [(p << 7) | length]))
  }
  return Uint8Array.from(bytes)
}

function four(events: readonly Event[], pack: (a: Event, b: Event, c: Event, d: Event) => void): void {
  const none: Event = { t: 0, x: 0, y: 0, p: 0 }
  for (let i = 0; i < events.length; i += 4) pack(events[i] ?? none, events[i + 1] ?? none, events[i + 2] ?? none, events[i + 3] ?? none)
}
