import { create } from 'zustand'

/** A short message in the corner of the window. Errors stay until closed. */
export interface Notice {
  readonly id: number
  readonly tone: 'error' | 'success' | 'info'
  readonly title: string
  readonly message: string
  /** What "Copy details" copies: of errors. */
  readonly details?: string
}

interface NoticesState {
  readonly notices: readonly Notice[]
}

/** More at once would cover what the user works on; the oldest go first. */
const most = 4
let next = 1

export const useNotices = create<NoticesState>(() => ({ notices: [] }))

/** Shows a notice; the same one twice in a row is shown once. Returns its id. */
export function notify(notice: Omit<Notice, 'id'>): number {
  const { notices } = useNotices.getState()
  const same = notices.find((other) => other.title === notice.title && other.message === notice.message)
  if (same) return same.id
  const id = next++
  useNotices.setState({ notices: [...notices, { ...notice, id }].slice(-most) })
  return id
}

/** Closes a notice. */
export function closeNotice(id: number): void {
  useNotices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }))
}
