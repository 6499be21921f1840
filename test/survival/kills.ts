import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { writeStarterRecordings } from '../../main/events/simulate/starter.ts'
import { Random } from '../../main/random.ts'
import { live, victims, type Blow, type Life, type Place, type Victim } from './lives.ts'
import { look, type Found, type Outcome } from './look.ts'
import { phases, type Fact, type Phase } from './story.ts'

export interface Campaign {
  readonly kills: number
  readonly seed: number
  /** An empty folder to work in. */
  readonly folder: string
  /** Simulated recordings of each of four classes. */
  readonly perClass: number
  /** Phases that are lived through, and struck in every round as often as they stand here. */
  readonly round: readonly Phase[]
  readonly victims?: readonly Victim[]
  /** So many libraries at most: a life may come to its end before it is struck. */
  readonly mostRounds?: number
  readonly say?: (line: string) => void
}

export interface Kill {
  readonly phase: Phase
  readonly victim: Victim
  readonly how: string
  /** What the new start found wrong. */
  readonly faults: readonly string[]
}

export interface CampaignReport {
  readonly kills: readonly Kill[]
  /** Libraries that were brought to their end and compared with the undisturbed one. */
  readonly rounds: number
  /** Rounds whose end differs from the undisturbed one, and in what. */
  readonly differing: readonly string[]
  /** What jobs said that were cut off, were refused or failed: how often. */
  readonly told: ReadonlyMap<string, number>
  /** Lives that ended otherwise than by their end, a kill, or a failure that they told. */
  readonly crashes: readonly string[]
}

/** What is the same in every sentence of a kind: without names and numbers. */
const kindOf = (text: string): string => text.replace(/"[^"]*"|\/\S+/g, '...').replace(/\d+/g, 'N').split('\n')[0] ?? ''

/** Rounds of lives on one library each: killed once in every phase of `round`, looked at anew after each kill, and brought to the end. */
export async function campaign({ kills: wanted, seed, folder, perClass, round, victims: whom = victims, mostRounds = Infinity, say = () => undefined }: Campaign): Promise<CampaignReport> {
  const random = new Random(seed, 'kills')
  const story = phases.filter((phase) => round.includes(phase))
  const left = (facts: readonly Fact[]): Phase[] => story.filter((phase) => !facts.some(({ done }) => done === phase))
  const recordings = join(folder, 'recordings')
  await writeStarterRecordings(recordings, { seed, perClass, format: 'bin' })
  const undisturbed: Place = { library: join(folder, 'undisturbed', 'library'), recordings }
  const usual = await live(undisturbed, story)
  const { outcome: reference, faults } = await look(undisturbed.library, usual.facts)
  if (faults.length > 0 || Object.keys(usual.took).length < story.length) throw new Error(`Undisturbed, it does not come to its end: ${faults.join('; ')} ${usual.stderr}`)

  const kills: Kill[] = []
  const [differing, crashes]: [string[], string[]] = [[], []]
  const told = new Map<string, number>()
  const tell = (text: string): void => void told.set(kindOf(text), (told.get(kindOf(text)) ?? 0) + 1)
  let rounds = 0
  while (kills.length < wanted && rounds < mostRounds) {
    rounds++
    const place: Place = { library: join(folder, `round-${rounds}`, 'library'), recordings }
    const facts: Fact[] = []
    const told = new Set<string>()
    const lived = (life: Life, found?: Found): void => {
      facts.push(...life.facts)
      for (const { failed, refused } of life.facts) [failed, refused].forEach((text) => text !== undefined && tell(text))
      if (!life.killed && life.stderr !== '') crashes.push(life.stderr)
      found?.told.filter((text) => !told.has(text)).forEach((text) => {
        told.add(text)
        tell(text)
      })
    }
    for (const phase of round) {
      if (kills.length >= wanted || facts.some(({ done }) => done === phase)) continue
      const blow: Blow = { phase, victim: whom[random.below(whom.length)] ?? 'all', at: moment(usual, phase, random) }
      const life = await live(place, left(facts), blow)
      const found = await look(place.library, [...facts, ...life.facts])
      lived(life, found)
      if (!life.killed) continue
      kills.push({ phase, victim: life.victim, how: 'ms' in blow.at ? 'by time' : 'at a write', faults: found.faults })
      say(`${kills.length} ${phase} ${life.victim} ${JSON.stringify(blow.at)}${found.faults.map((fault) => `\n   ${fault}`).join('')}`)
    }
    // A process that outlived its workbench may have to be waited for, which the last life does.
    for (let attempt = 0; attempt < 3 && left(facts).length > 0; attempt++) lived(await live(place, left(facts)))
    const { outcome, faults, told: last } = await look(place.library, facts)
    last.filter((text) => !told.has(text)).forEach(tell)
    const different = [...faults, ...differences(outcome, reference)]
    if (different.length > 0) differing.push(`round ${rounds}: ${different.join('; ')}`)
    different.forEach((line) => say(`round ${rounds}: ${line}`))
    rmSync(join(place.library, '..'), { recursive: true, force: true })
  }
  return { kills, rounds, differing, told, crashes }
}

/** By turns at any time of the phase, and at one of its changes of files: these are few milliseconds of it. */
function moment(usual: Life, phase: Phase, random: Random): Blow['at'] {
  const { ms, changes } = usual.took[phase] ?? { ms: 100, changes: 10 }
  return random.below(2) === 0 ? { ms: random.below(Math.ceil(ms)) } : { change: 1 + random.below(Math.max(1, changes - 1)) }
}

function differences(outcome: Outcome, reference: Outcome): string[] {
  return (Object.keys(reference) as (keyof Outcome)[]).flatMap((key) =>
    isDeepStrictEqual(outcome[key], reference[key]) ? [] : [`${key} differ from the undisturbed: ${JSON.stringify(outcome[key]).slice(0, 300)} instead of ${JSON.stringify(reference[key]).slice(0, 300)}`],
  )
}
