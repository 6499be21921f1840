/** What windows may do and who may talk to the workbench, after Electron's security checklist (electronjs.org/docs/latest/tutorial/security). */

/** Our own scheme instead of file://: it carries the policy's headers and reaches the window's files only. */
export const scheme = 'saccade'
export const address = `${scheme}://window/`
/** A standard, secure origin of its own: no bypass of the page's policy, no service workers, no cookies of others. */
export const schemePrivileges = { standard: true, secure: true, supportFetchAPI: true } as const

/** For every window. Electron's defaults are spelled out too, so that a change of a default changes nothing here. */
export const isolation = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  webviewTag: false,
  spellcheck: false,
} as const

/** Pages ask for nothing but to put text on the clipboard, which takes a click ("copy details"). Everything else is denied. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

export const mayHave = (permission: string): boolean => granted.has(permission)

/**
 * Whether a message to the workbench comes from one of our windows: from its main frame, and from our page in it.
 * @param frame the sender; null where it is gone already
 * @param development address of the development server, where it serves the window
 */
export function mayAsk(frame: { readonly url: string } | null, mainFrames: readonly unknown[], development?: string): boolean {
  if (frame === null || !mainFrames.includes(frame)) return false
  if (frame.url.startsWith(address)) return true
  return development !== undefined && URL.canParse(frame.url) && new URL(frame.url).origin === new URL(development).origin
}
