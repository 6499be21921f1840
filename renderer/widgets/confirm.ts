import { create } from 'zustand'

/** A question before something that can't be undone. */
export interface Question {
  readonly title: string
  readonly message: string
  /** What the button says, e.g. "Remove the dataset". */
  readonly action: string
}

interface ConfirmState {
  readonly open: (Question & { readonly answer: (yes: boolean) => void }) | null
}

export const useConfirm = create<ConfirmState>(() => ({ open: null }))

/** Asks the user. False where they cancel. */
export function confirm(question: Question): Promise<boolean> {
  useConfirm.getState().open?.answer(false)
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      useConfirm.setState({ open: null })
      resolve(yes)
    }
    useConfirm.setState({ open: { ...question, answer } })
  })
}
