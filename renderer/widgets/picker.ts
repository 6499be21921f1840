import { create } from 'zustand'
import { useLibrary } from '../api/library.ts'
import { attempt } from '../api/workbench.ts'

/** What a path is wanted for. */
export type PickKind = 'recording' | 'picture' | 'folder' | 'model' | 'weights' | 'archive' | 'target'

interface PickerState {
  /** The question that stands open in the browser's dialog, or null. */
  readonly open: { readonly kind: PickKind; readonly start: string | null; readonly answer: (path: string | null) => void } | null
}

export const usePicker = create<PickerState>(() => ({ open: null }))

/**
 * Asks the user for a path on the workbench's machine: the system's dialog on the desktop, our own in a browser.
 * @param start folder to begin in; null for the home folder
 * @returns null where the user cancels
 */
export async function pick(kind: PickKind, start: string | null = null): Promise<string | null> {
  if (useLibrary.getState().info?.host === 'desktop') {
    // The system's dialog for recordings takes any file.
    return (await attempt('files.choose', { kind: kind === 'picture' ? 'recording' : kind }, 'The dialog could not be opened'))?.path ?? null
  }
  usePicker.getState().open?.answer(null)
  return new Promise((resolve) => {
    const answer = (path: string | null) => {
      // Where a file is sent first, the answer comes when its dialog has long been closed, and another may be open.
      if (usePicker.getState().open?.answer === answer) usePicker.setState({ open: null })
      resolve(path)
    }
    usePicker.setState({ open: { kind, start, answer } })
  })
}
