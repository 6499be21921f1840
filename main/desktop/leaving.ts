import type { Job } from '../../preload/contract/index.ts'
import { isActive } from '../workbench/jobs.ts'
import { leaveAnswer, leaveQuestion, trayLines, type LeaveQuestion } from './work.ts'

/** What leaving needs of the application. */
export interface LeavingHost {
  jobs(): Promise<readonly Job[]>
  windows(): number
  closeWindows(): void
  /** Asks the user; gives the number of the button. */
  ask(question: LeaveQuestion): Promise<number>
  /** Shows the icon beside the clock with these lines, or changes them; null takes it away. */
  tray(lines: readonly string[] | null): void
  /** Ends all work: runs save what they have. */
  closeWorkbench(): Promise<void>
  quit(): void
}

/**
 * How the application ends: at once where nothing goes on, else as the user says: stopped and saved, not at all, or without
 * windows until the work is done.
 */
export class Leaving {
  readonly #host: LeavingHost
  #state: 'here' | 'asking' | 'background' | 'leaving' | 'left' = 'here'

  constructor(host: LeavingHost) {
    this.#host = host
  }

  /** Whether a window may close now. The last one waits for an answer, and is closed after it. */
  mayClose(last: boolean): boolean {
    if (!last || this.#state === 'leaving' || this.#state === 'background' || this.#state === 'left') return true
    void this.#ask()
    return false
  }

  allClosed(): void {
    if (this.#state !== 'background') this.#end()
  }

  /** Whether the application may end now; else it asks, and quits after that. */
  mayQuit(): boolean {
    if (this.#state === 'left') return true
    void this.#ask()
    return false
  }

  /** Follows the work: without windows the icon tells of it, and its end is the application's. */
  work(jobs: readonly Job[]): void {
    if (this.#host.windows() > 0) {
      if (this.#state !== 'background') return
      this.#state = 'here'
      this.#host.tray(null)
      return
    }
    if (this.#state !== 'background') return
    if (jobs.some(isActive)) this.#host.tray(trayLines(jobs))
    else this.#end()
  }

  async #ask(): Promise<void> {
    if (this.#state === 'asking' || this.#state === 'leaving') return
    const before = this.#state
    this.#state = 'asking'
    const question = leaveQuestion(await this.#host.jobs())
    const answer = question === null ? 'stop' : leaveAnswer(await this.#host.ask(question))
    if (answer === 'stay') {
      this.#state = before
    } else if (answer === 'background') {
      this.#state = 'background'
      this.#host.closeWindows()
      this.work(await this.#host.jobs())
    } else if (this.#host.windows() > 0) {
      this.#state = 'leaving'
      this.#host.closeWindows()
    } else this.#end()
  }

  #end(): void {
    if (this.#state === 'left') return
    this.#state = 'leaving'
    this.#host.tray(null)
    void this.#host.closeWorkbench().finally(() => {
      this.#state = 'left'
      this.#host.quit()
    })
  }
}
