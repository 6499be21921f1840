import { notify } from '../api/notices.ts'
import { ask, isConnected } from '../api/workbench.ts'

/** Chromium says this where a size changed while sizes were told; nothing is wrong then. */
const harmless = /^ResizeObserver loop/

/** Puts a fault of this window into the log. Without a workbench there is nowhere to keep it. */
export function reportFault(error: unknown, where = window.location.hash): void {
  if (!isConnected()) return
  const message = (error instanceof Error ? error.message : String(error)) || 'An error without a message.'
  const detail = error instanceof Error ? (error.stack?.slice(0, 8000) ?? null) : null
  void ask('log.report', { level: 'error', source: 'window', where: where.slice(0, 300), message: message.slice(0, 4000), detail }).catch(() => undefined)
}

/** What "Copy details" puts on the clipboard. */
export function faultDetails(title: string, error: unknown, version: string | undefined): string {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [title, said, `${window.location.hash || '#/'}, Saccade ${version ?? 'of unknown version'}, ${new Date().toISOString()}`].join('\n')
}

/** Errors that nothing else caught are told and kept. Returns the function that ends it. */
export function followFaults(): () => void {
  const tell = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error)
    if (harmless.test(message)) return
    reportFault(error)
    notify({ tone: 'error', title: 'Something in this window failed', message, details: faultDetails('Something in this window failed', error, undefined) })
  }
  const onError = (event: ErrorEvent) => tell(event.error ?? event.message)
  const onRejection = (event: PromiseRejectionEvent) => tell(event.reason)
  window.addEventListener('error', onError)
  window.addEventListener('unhandledrejection', onRejection)
  return () => {
    window.removeEventListener('error', onError)
    window.removeEventListener('unhandledrejection', onRejection)
  }
}
