import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { root } from '../../support/cli.ts'
import type { StandInRequest, StandInState } from './electron.ts'

const main = join(root, 'out/main/desktop.js')
const register = pathToFileURL(join(import.meta.dirname, 'register.ts')).href

export interface Desktop {
  readonly process: ChildProcess
  readonly page: Page
  /** stderr so far. */
  errors(): string
  ask(request: StandInRequest): Promise<StandInState>
  tell(request: StandInRequest): void
  exit: Promise<number | null>
}

/** Starts the built main process on the stand-in for electron, and finds its window in the browser at `endpoint`. */
export async function startOnStandIn(options: {
  readonly endpoint: string
  readonly userData: string
  readonly library: string
  readonly env?: Record<string, string>
}): Promise<Desktop> {
  const { endpoint, userData, library, env } = options
  const view = await chromium.connectOverCDP(endpoint)
  const pages = (): Page[] => view.contexts().flatMap((context) => context.pages())
  // The window of one that has just ended may not have gone yet.
  const earlier = new Set(pages())
  const child = fork(main, ['--library', library], {
    execArgv: ['--import', register],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: { ...process.env, STAND_IN_BROWSER: endpoint, STAND_IN_USER_DATA: userData, ...env },
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  // Not "exit": what it said last may still be on its way then.
  const exit = once(child, 'close').then(([code]) => code as number | null)
  const find = (): Page | undefined => pages().find((page) => !earlier.has(page) && page.url().startsWith('https://window.saccade.test/'))
  const page = await Promise.race([
    (async () => {
      for (;;) {
        const found = find()
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })(),
    exit.then((code) => {
      throw new Error(`The main process ended (${code}): ${errors}`)
    }),
  ])
  await page.waitForLoadState()
  return {
    process: child,
    page,
    exit,
    errors: () => errors,
    tell: (request) => void child.send(request),
    ask: async (request) => {
      child.send(request)
      const [state] = (await once(child, 'message')) as [StandInState]
      return state
    },
  }
}
