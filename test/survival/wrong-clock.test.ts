import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openBench } from '../support/workbench.ts'
import { live } from './lives.ts'
import { look } from './look.ts'
import { copyOfWell, full, onlyInFull, ownFolder, refused, removeWell, said, sound, well } from './sick.ts'
import { phases } from './story.ts'

const days = 86_400_000
const shifted = (ms: number) => ({ SURVIVAL_CLOCK_MS: String(ms), NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'clock.ts')).href}` })
const story = phases.filter((phase) => phase !== 'catalogue')

removeWell()

describe('a wrong clock', () => {
  it.skipIf(!full).each([['ahead', 400 * days], ['behind', -400 * days], ['behind 1970', -60 * 365 * days]] as const)(
    `that was %s while Saccade was killed: all goes on under the right one, to the same numbers${onlyInFull}`,
    async (_, ms) => {
      const { recordings, outcome } = await well()
      const place = { library: join(ownFolder(), 'library'), recordings }
      const facts = []
      for (const phase of ['import', 'train', 'export', 'update'] as const) {
        const { facts: more } = await live(place, story, { phase, victim: 'all', at: { ms: 200 } }, shifted(ms))
        facts.push(...more)
        const found = await look(place.library, facts)
        expect(found.faults).toEqual([])
      }
      const end = await live(place, story)
      expect(end.facts.at(-1)).toEqual({ done: 'remove' })
      const { epochs, weights } = await sound(place.library)
      expect({ epochs, weights }).toEqual({ epochs: outcome.epochs, weights: outcome.weights })
    },
  )

  it.skipIf(!full)(`of a run that trains since before the clock was set right: nobody else trains it${onlyInFull}`, async () => {
    const { library, recordings } = await copyOfWell(join(ownFolder(), 'library'), ['runs'])
    // By its clock it began long before this machine did.
    const other = live({ library, recordings }, ['train'], { phase: 'train', victim: 'all', at: { change: 40 } }, shifted(-400 * days))
    const bench = openBench(library)
    const running = async () => (await bench.call('runs.list', {})).runs.find(({ state }) => state === 'running')
    await expect.poll(running).toBeDefined()
    const message = await refused(bench.call('runs.resume', { id: 'small-net' }))
    said('clock set forward, a run that trains', message)
    expect(message).toMatch(/is being trained by another Saccade \(process \d+\)\. Stop it there first/)
    await other
    await bench.workbench.close()
    await sound(library)
  })

  it.skipIf(!full)(`when files are from the future: they are read as ever${onlyInFull}`, async () => {
    const { library, outcome } = await copyOfWell(join(ownFolder(), 'library'))
    const future = new Date(Date.now() + 1000 * days)
    for (const entry of readdirSync(library, { recursive: true, withFileTypes: true })) utimesSync(join(entry.parentPath, entry.name), future, future)
    const { datasets, epochs } = await sound(library)
    expect({ datasets, epochs }).toEqual({ datasets: outcome.datasets, epochs: outcome.epochs })
  })
})
