import { useEffect, useState } from 'react'
import type { CallInput, LibraryRecording } from '../../../preload/contract/index.ts'
import { ask, messageOf } from '../../api/workbench.ts'

export type Query = Omit<CallInput<'library.recordings'>, 'from' | 'count'>

/** Rows are asked for in pages of so many. */
export const pageRows = 100
export const rowHeight = 32

/** The rows that stand in the view, with a few more above and below so that scrolling does not show gaps. */
export function visibleRows(scrollTop: number, height: number, total: number): readonly [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - 8)
  return [Math.min(first, total), Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + 8)]
}

/** Numbers of the pages that hold rows from <= row < to; the first where there is none, for it also tells the total. */
export function pagesOf(from: number, to: number): number[] {
  const first = Math.floor(from / pageRows)
  const last = Math.max(first, Math.ceil(to / pageRows) - 1)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** Where a key of the table leads from a row; null where it means nothing here. */
export function rowAfterKey(key: string, row: number, total: number, perPage: number): number | null {
  const to = { ArrowDown: row + 1, ArrowUp: row - 1, PageDown: row + perPage, PageUp: row - perPage, Home: 0, End: total - 1 }[key]
  return to === undefined || total === 0 ? null : Math.max(0, Math.min(total - 1, to))
}

export interface Pages {
  readonly total: number | null
  readonly known: number
  readonly row: (index: number) => LibraryRecording | undefined
  readonly error: string | null
}

interface Answers {
  readonly key: string
  readonly total: number | null
  readonly known: number
  readonly pages: ReadonlyMap<number, readonly LibraryRecording[]>
  readonly error: string | null
}

/**
 * The rows of a query around those that are visible. Rows stay shown until newer ones are there.
 * @param version counts changes of the library: pages are asked for again
 */
export function usePages(query: Query, version: number, visible: readonly [number, number]): Pages {
  const key = JSON.stringify(query)
  const wanted = pagesOf(visible[0], visible[1]).join()
  const [answers, setAnswers] = useState<Answers>({ key: '', total: null, known: 0, pages: new Map(), error: null })
  useEffect(() => {
    let current = true
    for (const page of wanted.split(',').map(Number)) {
      ask('library.recordings', { ...(JSON.parse(key) as Query), from: page * pageRows, count: pageRows }).then(
        ({ total, known, recordings }) => {
          if (!current) return
          setAnswers((before) => ({ key, total, known, error: null, pages: new Map([...(before.key === key ? before.pages : []), [page, recordings]]) }))
        },
        (error: unknown) => current && setAnswers((before) => ({ ...before, key, error: messageOf(error) })),
      )
    }
    return () => {
      current = false
    }
  }, [key, wanted, version])
  const row = (index: number) => answers.pages.get(Math.floor(index / pageRows))?.[index % pageRows]
  return { total: answers.total, known: answers.known, row, error: answers.error }
}
