import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** Pixels on the desktop. */
interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const windowStateSchema = z.object({
  bounds: z.object({ x: z.number().optional(), y: z.number().optional(), width: z.number().min(400), height: z.number().min(300) }),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowStateSchema>

const fresh: WindowState = { bounds: { width: 1320, height: 860 }, maximized: false }

/** Where the window was last; the default where that is not known, damaged, or no longer on any screen. */
export function readWindowState(path: string, screens: readonly Area[]): WindowState {
  try {
    const state = windowStateSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    const { x, y, width, height } = state.bounds
    if (x === undefined || y === undefined) return fresh
    return screens.some((screen) => overlap(screen, { x, y, width, height })) ? state : fresh
  } catch {
    return fresh
  }
}

export function saveWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(path, JSON.stringify(state))
  } catch {
    // A window that opens in its default place next time is no reason to keep this one open.
  }
}

/** Whether at least a hand's breadth of one lies in the other. */
function overlap(a: Area, b: Area): boolean {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 100 && height > 100
}
