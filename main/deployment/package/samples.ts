import { readFile } from 'node:fs/promises'

let kept: Promise<ReadonlyMap<string, string>> | undefined

/** The programs that go with every package, by their path below samples/. */
export function sampleFiles(): Promise<ReadonlyMap<string, string>> {
  return (kept ??= read())
}

async function read(): Promise<ReadonlyMap<string, string>> {
  if (globalThis.SACCADE_BUNDLED) return new Map(Object.entries(JSON.parse(await readFile(new URL('./samples.json', import.meta.url), 'utf8')) as Record<string, string>))
  const { collectSamples } = await import('./collect.ts')
  return collectSamples()
}
