import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { root } from './cli.ts'

export interface PictureRequest {
  readonly accumulator: 'gpu' | 'cpu'
  readonly mode: 'count' | 'recency' | 'decay'
  readonly palette: 'night' | 'paper' | 'grey' | 'neon' | 'mono'
  /** Times to draw one after the other; the last one's picture is the answer. */
  readonly times: readonly number[]
  readonly span: number
  /** µs from the recording's first event to the first that is drawn; `times` count from there. */
  readonly later?: number
  readonly view: 'flat' | 'cloud'
  readonly sensor: readonly [number, number]
  readonly canvas: readonly [number, number]
}
export interface DrawnPicture {
  /** RGBA, row 0 on top. */
  readonly pixels: readonly number[]
  readonly shown: number
  readonly accumulator: 'gpu' | 'cpu'
  readonly driver: string
}
export interface MeasureRequest {
  /** Events in view. */
  readonly events: number
  readonly view: 'flat' | 'cloud'
  readonly mode: 'count' | 'recency' | 'decay'
  readonly seconds: number
}
export interface Measured {
  readonly framesPerSecond: number
  /** Events in view, and those drawn: large clouds are thinned where the CPU draws them. */
  readonly shown: number
  readonly drawn: number
  readonly accumulator: 'gpu' | 'cpu'
  readonly driver: string
}

/** What the page offers to whoever drives it. */
export interface StagePage {
  picture(request: PictureRequest): DrawnPicture
  measure(request: MeasureRequest): Measured
}
/** Puts test/renderer/stage/page.ts, bundled from the sources, into an empty page: `globalThis.stagePage`. */
export async function loadStagePage(page: Page): Promise<void> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(root, 'test/renderer/stage/page.ts'), formats: ['iife'], name: 'stagePageBundle' },
    },
  })
  const output = (Array.isArray(built) ? built[0] : built) as Rollup.RollupOutput
  const chunk = output.output.find((file) => file.type === 'chunk')
  if (!chunk) throw new Error('vite made no bundle of test/renderer/stage/page.ts')
  await page.addScriptTag({ content: chunk.code })
}

/** Calls a function of the page. */
export function onStagePage<K extends keyof StagePage>(
  page: Page,
  name: K,
  request: Parameters<StagePage[K]>[0],
): Promise<ReturnType<StagePage[K]>> {
  return page.evaluate(
    ([called, argument]) => {
      const { stagePage } = globalThis as unknown as { stagePage: Record<string, (of: unknown) => unknown> }
      return stagePage[called]!(argument)
    },
    [name, request] as const,
  ) as Promise<ReturnType<StagePage[K]>>
}
