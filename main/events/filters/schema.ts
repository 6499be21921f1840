import { z } from 'zod'

const us = z.number().int().min(0).max(1e12)
const pixel = z.number().int().min(0).max(65_535)

/** One step of a filter chain. Times in µs; pixels of the sensor as the step before left it, origin upper left. */
export const filterSchema = z.discriminatedUnion('type', [
  /** Keeps events with one of the 8 pixels around having fired within `dt` µs. */
  z.strictObject({ type: z.literal('background-activity'), dt: us.min(1).default(5000) }),
  /** Drops events of a pixel within `period` µs of the last one kept there. */
  z.strictObject({ type: z.literal('refractory'), period: us.min(1).default(1000) }),
  z.strictObject({
    type: z.literal('hot-pixels'),
    /** Hot: more events than the mean of all pixels that fired, plus this many standard deviations. */
    sigma: z.number().min(1).max(1000).default(5),
    /** [x, y] of the pixels to silence; null learns them from the recording itself. */
    pixels: z.array(z.tuple([pixel, pixel])).max(100_000).nullable().default(null),
  }),
  /** on, off: only these; merge: both, all as ON; swap: ON becomes OFF and OFF ON. */
  z.strictObject({ type: z.literal('polarity'), keep: z.enum(['on', 'off', 'merge', 'swap']).default('merge') }),
  z.strictObject({
    type: z.literal('crop'),
    x: pixel.default(0),
    y: pixel.default(0),
    width: pixel.min(1).default(64),
    height: pixel.min(1).default(64),
    /** The region becomes the sensor; false keeps coordinates and sensor as they are. */
    moveOrigin: z.boolean().default(true),
  }),
  /** from <= t < to, µs from the recording's earliest event; `to` null: up to its end. */
  z.strictObject({ type: z.literal('time-window'), from: us.default(0), to: us.nullable().default(null) }),
  z.strictObject({
    type: z.literal('downsample'),
    /** This many pixels, both ways, become one. */
    factor: z.number().int().min(2).max(64).default(2),
    /** Events of one new pixel and polarity within this many µs of the last one kept count as one; 0 keeps all. */
    merge: us.default(0),
  }),
  /** horizontal: left becomes right; vertical: top becomes bottom. */
  z.strictObject({ type: z.literal('flip'), axis: z.enum(['horizontal', 'vertical']).default('horizontal') }),
  /** Clockwise, as seen on the screen. */
  z.strictObject({ type: z.literal('rotate'), degrees: z.union([z.literal(90), z.literal(180), z.literal(270)]).default(90) }),
  /** Swaps x and y. */
  z.strictObject({ type: z.literal('transpose') }),
])
export type Filter = z.infer<typeof filterSchema>
export type FilterType = Filter['type']
/** The settings of one type of filter. */
export type FilterOf<K extends FilterType> = Extract<Filter, { type: K }>

/** A chain of filters, each given what the one before left. */
export const filterChainSchema = z.array(filterSchema).max(32)
/** The default changes nothing. */
export const filtersSchema = filterChainSchema.default([])

/** What a chain of filters did to a recording. */
export const filterReportSchema = z.object({
  /** [height, width] of the sensor behind the chain. */
  sensor: z.tuple([z.number(), z.number()]),
  /** Events before and behind the chain. */
  events: z.number(),
  kept: z.number(),
  /** Events that each filter dropped, in the order of the chain. */
  dropped: z.array(z.number()),
})
export type FilterReport = z.infer<typeof filterReportSchema>
