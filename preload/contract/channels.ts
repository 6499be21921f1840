/** How the contract crosses Electron's IPC, between preload/bridge.ts and main/desktop.ts. */
export const channels = { call: 'saccade:call', event: 'saccade:event', given: 'saccade:given' } as const

/** A call's answer. Errors cross as text: Electron would put its own words before a rejection's message. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string }
