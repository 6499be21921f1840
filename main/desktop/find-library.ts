import { resolve } from 'node:path'
import { absence } from '../workbench/library-presence.ts'
import type { LibraryMemory } from './library-choice.ts'

/** A question with buttons, as the system shows it. */
export interface LibraryQuestion {
  readonly type: 'warning'
  readonly title: string
  readonly message: string
  readonly detail: string
  readonly buttons: string[]
  readonly defaultId: number
  readonly cancelId: number
  readonly noLink: true
}

export interface LibraryHost<T> {
  readonly memory: LibraryMemory
  /** Folder of the library that everybody has. */
  readonly standard: string
  /** Opens the library; makes it where there is none. @throws what stands in the way, in words */
  open(path: string): T
  /** Gives the number of the button. */
  ask(question: LibraryQuestion): Promise<number>
  chooseFolder(): Promise<string | null>
}

/** What can be done about a library that can't be opened. */
export type Way = 'again' | 'choose' | 'standard' | 'new' | 'quit'
const labels: Readonly<Record<Way, string>> = {
  again: 'Try again',
  choose: 'Choose another folder ...',
  standard: 'Use the standard library',
  new: 'Begin a new one there',
  quit: 'Quit',
}

/** @param fault why the library can't be opened */
export function libraryQuestion(fault: string, isStandard: boolean, standard: string): { readonly question: LibraryQuestion; readonly ways: readonly Way[] } {
  const ways: readonly Way[] = ['again', 'choose', isStandard ? 'new' : 'standard', 'quit']
  const forNow = isStandard ? '' : ` The standard library is ${standard}; it is used for this start only, the next one looks here again.`
  return {
    ways,
    question: {
      type: 'warning',
      title: 'Saccade',
      message: "The library can't be opened.",
      detail: `${fault}\n\nNothing was changed. Plug its disk in or put the folder back, then try again.${forNow}`,
      buttons: ways.map((way) => labels[way]),
      defaultId: 0,
      cancelId: ways.length - 1,
      noLink: true,
    },
  }
}

/**
 * Opens the library that this start wants. One that was there before and is missing now is not made anew: the user is asked, until one
 * can be opened.
 * @param wanted null: the standard one
 * @returns null where the user gives up
 */
export async function findLibrary<T>(wanted: string | null, { memory, standard, open, ask, chooseFolder }: LibraryHost<T>): Promise<{ readonly library: string; readonly opened: T } | null> {
  let library = resolve(wanted ?? standard)
  for (let way: Way = 'again'; ;) {
    // The folder that is chosen in the settings is made then.
    const before = memory.knows(library) ? 'opened' : memory.next === library ? 'made' : 'nothing'
    const tried = attempt(library, way === 'new' ? null : absence(library, before), open)
    if ('opened' in tried) {
      memory.opened(library)
      return { library, opened: tried.opened }
    }
    const { question, ways } = libraryQuestion(tried.fault, library === resolve(standard), standard)
    way = ways[await ask(question)] ?? 'quit'
    if (way === 'quit') return null
    if (way === 'standard') library = resolve(standard)
    if (way === 'choose') {
      const folder = await chooseFolder()
      if (folder === null) continue
      memory.choose(folder)
      library = resolve(folder)
    }
  }
}

function attempt<T>(library: string, missing: string | null, open: (path: string) => T): { readonly opened: T } | { readonly fault: string } {
  if (missing !== null) return { fault: missing }
  try {
    return { opened: open(library) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
