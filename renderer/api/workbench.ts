import { createBrowserClient, takeToken } from '../../preload/contract/browser-client.ts'
import type { CallInput, CallName, CallOutput, WorkbenchApi } from '../../preload/contract/index.ts'
import { tellGap, useConnection } from './connection.ts'
import { notify } from './notices.ts'

declare global {
  interface Window {
    /** Put there by the preload bridge in Electron; absent in a browser. */
    saccade?: WorkbenchApi
  }
}

let connected: WorkbenchApi | null = null

/** Finds the workbench: the bridge in Electron, else the server this page came from, with the token of the page's address or the session begun with it. */
export function connect(): void {
  if (window.saccade) {
    useConnection.setState({ state: 'connected' })
    return connectTo(window.saccade)
  }
  const client = createBrowserClient(takeToken(window), { session: true })
  client.onConnection((state) => useConnection.setState({ state }))
  client.onRetry((retryAt) => useConnection.setState({ retryAt }))
  useConnection.setState({ retry: () => client.retry() })
  client.onGap(() => tellGap('the workbench'))
  // A new token pasted into an open tab changes only the fragment.
  window.addEventListener('hashchange', () => {
    if (new URLSearchParams(window.location.hash.slice(1)).has('token')) window.location.reload()
  })
  connectTo(client)
}

/** Uses this workbench from now on. */
export function connectTo(api: WorkbenchApi): void {
  connected = api
}

/** Whether there is a workbench to ask. */
export function isConnected(): boolean {
  return connected !== null
}

/** The workbench. @throws before `connect` */
export function workbench(): WorkbenchApi {
  if (connected === null) throw new Error('The window is not connected to a workbench.')
  return connected
}

/** A call's failure in words for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Asks the workbench; rejects with its message. */
export function ask<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
  return workbench().call(name, input)
}

/** Asks the workbench for something the user wanted: a failure is shown as a notice and gives null. */
export async function attempt<K extends CallName>(name: K, input: CallInput<K>, whatFailed: string): Promise<CallOutput<K> | null> {
  try {
    return await ask(name, input)
  } catch (error) {
    const message = messageOf(error)
    notify({ tone: 'error', title: whatFailed, message, details: `${whatFailed}\n${message}\n${name}, ${new Date().toISOString()}` })
    return null
  }
}
