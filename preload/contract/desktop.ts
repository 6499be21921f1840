/** What only the desktop does: the contract's part. */
import { z } from 'zod'
import { remoteCalls, remoteEvents } from './remote.ts'

/** A place in the window, as its address says it: "#/training/run/ID" (renderer/app/route.ts). */
export const placeSchema = z.string().regex(/^#\/[^\s]*$/).max(8000)

export const desktopCalls = {
  /** Another window on this place. Desktop only. */
  'windows.open': { input: z.object({ place: placeSchema }), output: z.object({}) },
  ...remoteCalls,
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

/** What the application menu asks of the window in front. */
export const menuCommandSchema = z.enum(['palette', 'shortcuts', 'diagnostics', 'remote', 'open'])
export type MenuCommand = z.infer<typeof menuCommandSchema>

export const desktopEvents = {
  /** Told to one window: show this place. */
  'window.go': z.object({ place: placeSchema }),
  'window.command': z.object({ command: menuCommandSchema }),
  ...remoteEvents,
} as const
