import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Figures by name that a process printed as one line of JSON. */
export type Figures = Readonly<Record<string, number>>

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** One measurement of ours in a process of its own, for its peak memory. @param file beside this one */
export function ours(file: string, args: readonly (string | number)[]): Figures {
  return JSON.parse(execFileSync(process.execPath, [beside(file), ...args.map(String)], { encoding: 'utf8' })) as Figures
}

/** The same of a peer in Python; undefined, said on stderr, where it can't run (python3-torch is absent). @param file in peers/ */
export function peer(file: string, args: readonly (string | number)[]): Figures | undefined {
  try {
    const line = execFileSync('/usr/bin/python3', [beside(`peers/${file}`), ...args.map(String)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return JSON.parse(line) as Figures
  } catch (error) {
    const lines = error instanceof Error ? error.message.trim().split('\n') : [String(error)]
    console.error(`no peer (apt-get install python3-torch, and libopenblas0 for a fair one): ${lines.at(-1) ?? ''}`)
    return undefined
  }
}

/** Of each figure the best (the least): what a process was kept from by others on the machine is not its own. */
export function best(found: readonly (Figures | undefined)[]): Figures | undefined {
  const known = found.filter((figures) => figures !== undefined)
  const [first] = known
  return first && Object.fromEntries(Object.keys(first).map((name) => [name, Math.min(...known.map((figures) => figures[name] ?? Infinity))]))
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Times `work` as the Open Neuromorphic benchmark does: once to warm up, then at least 3 times and 2 s; mean seconds. */
export async function meanSeconds(work: () => Promise<void>): Promise<number> {
  await work()
  const started = performance.now()
  let runs = 0
  while (runs < 3 || performance.now() - started < 2000) {
    await work()
    runs++
  }
  return (performance.now() - started) / 1000 / runs
}
