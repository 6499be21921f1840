import { z } from 'zod'

const role = z.enum(['t', 'x', 'y', 'p'])
const once = (columns: readonly (z.infer<typeof role> | null)[]): boolean => role.options.every((one) => columns.filter((column) => column === one).length === 1)
const pixels = z.number().int().min(1).max(65_536)

const delimiter = z.enum([',', ';', '\t', ' '])
const unit = z.enum(['s', 'ms', 'µs', 'ns'])

/** How the lines of a text are to be read; what is missing is guessed from its first lines. */
export const textReadingSchema = z.object({
  delimiter: delimiter.optional(),
  /** Lines before the first event. */
  headerLines: z.number().int().min(0).max(10_000).optional(),
  /** What each column is; null for those that are no part of an event. */
  columns: z.array(role.nullable()).max(256).refine(once, 'must name t, x, y and p once each').optional(),
  /** Of the time column. */
  unit: unit.optional(),
  /** [width, height] */
  sensor: z.tuple([pixels, pixels]).optional(),
})
export type TextReading = z.infer<typeof textReadingSchema>

/** How the lines of a text are read: columns are null where nothing tells which is which. */
export const textLayoutSchema = z.object({
  delimiter,
  headerLines: z.number(),
  columns: z.array(role.nullable()).nullable(),
  unit: unit.nullable(),
  /** [width, height], where it was told or the text tells. */
  sensor: z.tuple([z.number(), z.number()]).nullable(),
})
export type TextLayout = z.infer<typeof textLayoutSchema>

/** The first lines of a text, and how they are read. */
export const textLinesSchema = z.object({
  /** The first event's line and some below it, cut into cells, behind some of the lines before it, as they are. */
  lines: z.array(z.object({ number: z.number(), text: z.string(), cells: z.array(z.string()), header: z.boolean() })),
  /** Most cells in a line below the header. */
  columns: z.number(),
  /** As it would be read without being told anything. */
  guess: textLayoutSchema,
  /** As it is read. */
  layout: textLayoutSchema,
})
export type TextLines = z.infer<typeof textLinesSchema>

/** A kept reading: of one file, or of all texts in a folder and those below it. */
export interface KeptReading {
  readonly path: string
  readonly folder: boolean
  readonly reading: TextReading
}

/** Finds how a text is to be read; null where all is guessed. */
export type FindReading = (path: string) => TextReading | null

let find: FindReading = () => null

/** From now on this thread reads texts as told: whoever opens a recording here need not know of it. */
export function useTextReadings(next: FindReading): void {
  find = next
}

/** How this thread is told to read a text; null where all is guessed. */
export const textReadingOf: FindReading = (path) => find(path)

/** Tells readings apart: what was made of a recording is no longer valid where this changes. Empty where all is guessed. */
export function readingKey(path: string): string {
  const reading = find(path)
  return reading === null ? '' : JSON.stringify(textReadingSchema.parse(reading))
}
