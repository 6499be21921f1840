/** What people set once: the contract's part. */
import { z } from 'zod'
import { deviceSchema } from '../../main/engines/schema.ts'

export const themeSchema = z.enum(['auto', 'light', 'dark'])
export type Theme = z.infer<typeof themeSchema>

/** Kept in the library. Every setting has a default that works; null lets the program decide. */
export const settingsSchema = z.object({
  /** auto: as the system is. */
  theme: themeSchema.default('auto'),
  /** What New run begins with. */
  device: deviceSchema.default('cpu'),
  /** CPU threads of training, evaluation and inference, and of decoding; null: all cores. */
  threads: z.int().min(1).max(1024).nullable().default(null),
  /** Bytes of a dataset's frames that a process keeps in memory, others are read from the disk; null: a quarter of the memory, at most 2 GiB. */
  memoryBytes: z.number().min(64 * 2 ** 20).max(2 ** 43).nullable().default(null),
  /** Folder on a web server where the desktop application looks for new versions; null: nowhere. */
  updates: z.url({ protocol: /^https$/, error: 'must be an address that begins with https://' }).nullable().default(null),
})
export type Settings = z.infer<typeof settingsSchema>

export const settingsReportSchema = z.object({
  settings: settingsSchema,
  /** Why the kept settings could not be read, so that these are the defaults; null where they could. */
  problem: z.string().nullable(),
  /** Where the library lies, and where it will from the next start on; `changeable` on the desktop only. */
  library: z.object({ path: z.string(), next: z.string().nullable(), changeable: z.boolean() }),
})
export type SettingsReport = z.infer<typeof settingsReportSchema>

/** Each alone may change: no defaults here. */
const change = z.object({
  theme: themeSchema,
  device: deviceSchema,
  threads: settingsSchema.shape.threads.unwrap(),
  memoryBytes: settingsSchema.shape.memoryBytes.unwrap(),
  updates: settingsSchema.shape.updates.unwrap(),
}).partial()

export const settingsCalls = {
  'settings.get': { input: z.object({}), output: settingsReportSchema },
  /** Changes these settings and keeps them; work that begins from now on follows them. */
  'settings.change': { input: change, output: settingsReportSchema },
  /** The library's folder from the next start on; made where it is missing. What lies in the present one stays there. Desktop only. */
  'settings.choose-library': { input: z.object({ path: z.string().min(1) }), output: settingsReportSchema },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export const settingsEvents = { 'settings.changed': settingsSchema } as const
