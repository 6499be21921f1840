import { create } from 'zustand'
import type { HelpKey } from './registry.ts'

/** What is explained at present, and beside which button. */
export interface Shown {
  readonly key: HelpKey
  readonly anchor: HTMLElement
  /** Stays until it is closed: it was asked for by a click or from the palette. */
  readonly pinned: boolean
}

export const useHelp = create<{ readonly shown: Shown | null }>(() => ({ shown: null }))

let leaving: ReturnType<typeof setTimeout> | undefined

/** Explains a setting or chart beside its button. */
export function showHelp(key: HelpKey, anchor: HTMLElement, pinned: boolean): void {
  clearTimeout(leaving)
  useHelp.setState({ shown: { key, anchor, pinned } })
}

export function hideHelp(): void {
  clearTimeout(leaving)
  if (useHelp.getState().shown !== null) useHelp.setState({ shown: null })
}

/** The pointer left: closed in a moment, unless it comes onto the explanation meanwhile, or it is pinned. */
export function leaveHelp(): void {
  clearTimeout(leaving)
  leaving = setTimeout(() => {
    if (useHelp.getState().shown?.pinned === false) hideHelp()
  }, 150)
}

export const stayHelp = (): void => clearTimeout(leaving)
