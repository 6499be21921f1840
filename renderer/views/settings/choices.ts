import { compact } from '../../app/format.ts'

interface Choice {
  readonly value: string
  readonly label: string
}

/** Powers of two up to the machine's cores, and what is set now; 0 stands for all cores. */
export function threadChoices(cores: number, now: number | null): Choice[] {
  const counts = [...Array.from({ length: 10 }, (_, i) => 2 ** i).filter((count) => count < cores), cores, ...(now === null ? [] : [now])]
  return [{ value: '0', label: 'All cores' }, ...unique(counts).map((count) => ({ value: String(count), label: String(count) }))]
}

/** Powers of two from 256 MiB up to half of the memory, and what is set now; 0 lets the program decide. */
export function memoryChoices(memoryBytes: number, now: number | null): Choice[] {
  const sizes = Array.from({ length: 16 }, (_, i) => 2 ** (28 + i)).filter((size) => size <= memoryBytes / 2)
  const all = unique([...sizes, ...(now === null ? [] : [now])])
  return [{ value: '0', label: 'Automatic' }, ...all.map((size) => ({ value: String(size), label: compact(size, 'B') }))]
}

const unique = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b)
