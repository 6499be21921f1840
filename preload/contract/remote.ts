/** Remote workbenches: the desktop's window on a `saccade serve` of another machine. The contract's part, and how an address is read. */
import { z } from 'zod'

/** How the line to the workbench stands; `refused`: it lets this desktop in no more. */
export const remoteLineSchema = z.enum(['connected', 'lost', 'refused'])

export const remoteStateSchema = z.object({
  /** The workbench on another machine that the windows look at; null: this computer's own. */
  current: z
    .object({
      /** "gpu.example", as people name the machine. */
      host: z.string(),
      /** scheme://host:port, without the token. */
      origin: z.string(),
      line: remoteLineSchema,
      /** When a lost line is tried next, ms since 1970; null while it is being tried, and where it is not lost. */
      retryAt: z.number().nullable(),
      /** Why it is refused; null otherwise. */
      problem: z.string().nullable(),
      /** Without TLS, beyond this machine. */
      plain: z.boolean(),
    })
    .nullable(),
  /** Connected to before, latest first. `token`: kept in the system's key store, so that the address alone is enough. */
  known: z.array(z.object({ origin: z.string(), token: z.boolean(), certificate: z.string().nullable() })),
})
export type RemoteState = z.infer<typeof remoteStateSchema>

/** Answered by the desktop itself, whatever machine its windows look at. */
export const remoteCalls = {
  'remote.state': { input: z.object({}), output: remoteStateSchema },
  /**
   * Looks at the workbench behind an address from now on: the whole one that it printed, or the origin of a known one. Asks in a dialog
   * whether to trust a certificate that nobody vouches for. All windows begin anew. Answers false where the user did not trust it.
   */
  'remote.connect': { input: z.object({ address: z.string().max(2000) }), output: z.object({ connected: z.boolean() }) },
  /** Tries a lost line now. */
  'remote.retry': { input: z.object({}), output: z.object({}) },
  /** Back to this computer. */
  'remote.leave': { input: z.object({}), output: z.object({}) },
  /** Forgets a known one: its token and its certificate. */
  'remote.forget': { input: z.object({ origin: z.string().max(2000) }), output: z.object({}) },
  /**
   * Sends files and folders of this computer, which the user dropped or chose, to the remote workbench (uploads.ts). Answers with where they
   * lie there, null where it was cancelled; meanwhile `remote.sending` tells how far it is.
   */
  'remote.send': {
    input: z.object({
      /** Given by the window, to cancel it with. */
      id: z.string().min(1).max(100),
      name: z.string().min(1).max(1000),
      folder: z.boolean(),
      /** `below`: where in the upload, with "/"; '' for a folder whose files lie right below it. */
      files: z
        .array(z.object({ from: z.string().min(1), below: z.string() }))
        .min(1)
        .max(500_000),
    }),
    output: z.object({ path: z.string().nullable() }),
  },
  'remote.cancel-send': { input: z.object({ id: z.string().min(1).max(100) }), output: z.object({}) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export const remoteEvents = {
  'remote.changed': remoteStateSchema,
  /** The line was cut for so long that what came meanwhile is no longer kept: all was read again, curves of single steps have a gap. */
  'remote.gap': z.object({ host: z.string() }),
  /** At most ten times a second. */
  'remote.sending': z.object({ id: z.string(), files: z.number(), bytes: z.number(), sent: z.number() }),
} as const satisfies Record<string, z.ZodType>

export type RemoteAddress =
  | { readonly origin: string; readonly host: string; readonly token: string; readonly url: string; readonly plain: boolean }
  | { readonly problem: string }

/** Whether a host name, as URLs and Host headers write it, means the machine that asks: what is sent there only this machine hears. */
export const isHere = (hostname: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname)

/** What an http(s) address says without its token; null where it is none. */
export function readOrigin(text: string): { readonly origin: string; readonly host: string; readonly plain: boolean } | null {
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  const here = isHere(url.hostname)
  return { origin: url.origin, host: here ? url.host : url.hostname, plain: url.protocol === 'http:' && !here }
}

/**
 * The address that a server printed: http(s)://HOST:PORT/#token=...
 * `plain`: without TLS, and beyond this machine.
 */
export function readRemoteAddress(text: string): RemoteAddress {
  const read = readOrigin(text)
  if (!read) return { problem: 'Give the whole address that the server printed: it begins with http:// or https://.' }
  const token = new URLSearchParams(new URL(text.trim()).hash.slice(1)).get('token') ?? ''
  if (!/^[\w-]{16,}$/.test(token)) {
    return { problem: 'The access token is missing: the address that the server printed ends in #token=…' }
  }
  return { ...read, token, url: `${read.origin}/#token=${token}` }
}
