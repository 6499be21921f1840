import { basename, resolve } from 'node:path'
import { runConversion } from '../datasets/convert.ts'
import type { DataPool } from '../datasets/pool.ts'
import { writerFor } from '../events/writers/convert.ts'
import type { Converted } from '../events/writers/convert.ts'
import { writers } from '../events/writers/index.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, type JobContext } from './jobs.ts'
import type { Shared } from './shared.ts'

type ConvertCalls = 'recordings.writers' | 'recordings.convert'
export type ConvertInput = Parameters<Handlers['recordings.convert']>[0]

/** Writing recordings in other formats: one job each, in data workers. */
export function conversionHandlers({ jobs }: Shared, pool: DataPool): Pick<Handlers, ConvertCalls> {
  return {
    'recordings.writers': () => ({ formats: writers.map(({ id, name, extension }) => ({ id, name, extension })) }),
    'recordings.convert': (input) => {
      const conversion = conversionOf(input)
      const title = `Write ${basename(conversion.output)}`
      return {
        job: jobs.start({ kind: 'convert', title, subject: null }, async (job) => describe(await convert(pool, conversion, job))).id,
      }
    },
  }
}

/**
 * What the events room is to do.
 * @throws UsageError where no format fits the request
 */
export function conversionOf({ path, output, format, ...selection }: ConvertInput): Parameters<typeof runConversion>[1] {
  if (selection.from !== undefined && selection.to !== undefined && selection.from >= selection.to)
    throw new UsageError(`The part from ${selection.from} to ${selection.to} µs is empty: it must end after it starts.`)
  try {
    writerFor(output, format ?? undefined)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  return { ...selection, input: resolve(path), output: resolve(output), format: format ?? undefined }
}

/** Converts, telling a job how far it is. @throws Cancelled where it was asked to stop */
export async function convert(
  pool: DataPool,
  conversion: ReturnType<typeof conversionOf>,
  { signal, update }: Pick<JobContext, 'signal' | 'update'>,
): Promise<Converted> {
  const start = performance.now()
  update({ progress: 0, detail: basename(conversion.input) })
  try {
    return await runConversion(pool, conversion, {
      signal,
      onProgress: (share, events) => {
        const seconds = (performance.now() - start) / 1000
        update({
          progress: share,
          rate: events > 0 ? `${(events / seconds / 1e6).toFixed(1)} M events/s` : null,
          secondsLeft: share > 0.02 ? (seconds / share) * (1 - share) : null,
        })
      },
    })
  } catch (error) {
    throw signal.aborted ? new Cancelled('Cancelled. Nothing was written.') : error
  }
}

export function describe({ events, leftOut, bytes, problems }: Converted): string {
  const faults = problems.filter(({ severity }) => severity !== 'info').length
  const number = (value: number): string => value.toLocaleString('en')
  return [
    `${number(events)} events, ${number(bytes)} bytes`,
    ...(leftOut > 0 ? [`${number(leftOut)} events left out as asked`] : []),
    ...(faults > 0 ? [`${faults} ${faults === 1 ? 'problem' : 'problems'} in the recording`] : []),
  ].join('; ')
}
