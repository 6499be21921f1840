import type { Filter } from '../events/schema.ts'
import type { Framing } from './schema.ts'

/** A framing rule with every field it has. */
export type FullFraming = { readonly [K in keyof Framing]-?: Exclude<Framing[K], undefined> }

/** What fields mean that a framing rule leaves out: datasets and models made before there were these fields. */
export const impliedFraming = { blockUs: 100_000, remainder: 'last', representation: 'counts', tau: 50_000, resizing: 'float32' } as const satisfies Partial<FullFraming>

export function fullFraming(framing: Framing): FullFraming {
  const { blockUs, remainder, representation, tau, resizing } = framing
  return {
    ...framing,
    blockUs: blockUs ?? impliedFraming.blockUs,
    remainder: remainder ?? impliedFraming.remainder,
    representation: representation ?? impliedFraming.representation,
    tau: tau ?? impliedFraming.tau,
    resizing: resizing ?? impliedFraming.resizing,
  }
}

/**
 * What decides whether two framing rules with their filters make the same frames: equal JSON, equal frames. Fields that a rule of
 * its kind does not use, and fields with the meaning they have when left out, are not in it: hashes of older datasets stay valid.
 */
export function framingKey(framing: Framing, filters: readonly Filter[] = []): Record<string, unknown> {
  const { timesteps, splitBy, normalize, resize, blockUs, remainder, representation, tau, resizing } = fullFraming(framing)
  return {
    timesteps,
    splitBy,
    normalize,
    resize,
    ...(splitBy === 'duration' && { blockUs }),
    ...(splitBy !== 'duration' && remainder !== impliedFraming.remainder && { remainder }),
    ...(representation !== impliedFraming.representation && { representation }),
    ...(representation === 'time-surface' && { tau }),
    ...(resize !== null && resizing !== impliedFraming.resizing && { resizing }),
    ...(filters.length > 0 && { filters }),
  }
}
