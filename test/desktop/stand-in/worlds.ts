/**
 * The two JavaScript worlds of a window with context isolation, for a plain Chromium page. The preload script runs in an
 * isolated world of its own; contextBridge carries calls between it and the page by synchronous DOM events, whose details
 * Chromium clones from world to world, as Electron's bridge clones what it carries. Both functions are sent to the page as text.
 */
export const toPage = 'saccade-stand-in-to-page'
export const toPreload = 'saccade-stand-in-to-preload'

/** What crosses. Functions cross as numbers, promises settle later. */
type Message =
  | { readonly kind: 'expose'; readonly key: string; readonly methods: readonly string[] }
  | { readonly kind: 'call'; readonly id: number; readonly key: string; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'run'; readonly function: number; readonly args: readonly unknown[] }
  | { readonly kind: 'answer'; readonly id: number; readonly result: 'value' | 'promise' | 'function' | 'error'; readonly value: unknown }
  | { readonly kind: 'settle'; readonly id: number; readonly ok: boolean; readonly value: unknown }

/** Runs in the page's own world before its scripts. */
export function pageWorld(inbox: string, outbox: string): void {
  const page = globalThis as unknown as EventTarget & Record<string, unknown>
  const functions: ((...args: unknown[]) => unknown)[] = []
  const answers = new Map<number, { result: string; value: unknown }>()
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let next = 1
  const send = (message: unknown): boolean => page.dispatchEvent(new CustomEvent(outbox, { detail: message }))
  page.addEventListener(inbox, (event) => {
    const message = (event as CustomEvent<Message>).detail
    if (message.kind === 'expose') {
      page[message.key] = Object.fromEntries(
        message.methods.map((method) => [
          method,
          (...args: unknown[]): unknown => {
            const id = next++
            send({
              kind: 'call',
              id,
              key: message.key,
              method,
              args: args.map((arg) => (typeof arg === 'function' ? { $function: functions.push(arg as never) - 1 } : arg)),
            })
            const answer = answers.get(id)
            answers.delete(id)
            if (!answer || answer.result === 'error') throw new Error(String(answer?.value ?? 'the preload world does not answer'))
            if (answer.result === 'promise') return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
            if (answer.result === 'function') return () => void send({ kind: 'run', function: answer.value, args: [] })
            return answer.value
          },
        ]),
      )
    } else if (message.kind === 'answer') answers.set(message.id, message)
    else if (message.kind === 'run') functions[message.function]?.(...message.args)
    else if (message.kind === 'settle') {
      const promise = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.ok) promise?.resolve(message.value)
      else promise?.reject(new Error(String(message.value)))
    }
  })
}

/** Runs in the isolated world, before the preload script: gives it `require('electron')`. */
export function preloadWorld(
  inbox: string,
  outbox: string,
  binding: string,
  codec: { encode(value: unknown): Uint8Array; decode(message: Uint8Array): unknown },
): (name: string) => unknown {
  const world = globalThis as unknown as EventTarget & Record<string, unknown>
  const send = (message: unknown): boolean => world.dispatchEvent(new CustomEvent(outbox, { detail: message }))
  const exposed: Record<string, Record<string, (...args: unknown[]) => unknown>> = {}
  const functions: ((...args: unknown[]) => unknown)[] = []
  const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
  const waiting = new Map<number, (value: unknown) => void>()
  let next = 1

  const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
  const revive = (arg: unknown): unknown => {
    const id = typeof arg === 'object' && arg !== null && '$function' in arg ? Number(arg.$function) : undefined
    return id === undefined ? arg : (...args: unknown[]) => void send({ kind: 'run', function: id, args })
  }
  world.addEventListener(inbox, (event) => {
    const message = (event as CustomEvent<Message>).detail
    if (message.kind === 'run') functions[message.function]?.()
    if (message.kind !== 'call') return
    const { id } = message
    const settle = (ok: boolean, value: unknown): boolean => send({ kind: 'settle', id, ok, value })
    try {
      const value = exposed[message.key]?.[message.method]?.(...message.args.map(revive))
      if (value instanceof Promise) {
        send({ kind: 'answer', id, result: 'promise', value: null })
        value.then(
          (result: unknown) => settle(true, result),
          (error: unknown) => settle(false, text(error)),
        )
      } else if (typeof value === 'function') send({ kind: 'answer', id, result: 'function', value: functions.push(value as never) - 1 })
      else send({ kind: 'answer', id, result: 'value', value })
    } catch (error) {
      send({ kind: 'answer', id, result: 'error', value: text(error) })
    }
  })

  // The main process's half: bytes as base64 through a CDP binding.
  world['standInReceive'] = (message: string): void => {
    const parts = codec.decode(Uint8Array.from(atob(message), (char) => char.charCodeAt(0))) as
      ['answer', number, unknown] | ['event', string, unknown[]]
    if (parts[0] === 'answer') {
      waiting.get(parts[1])?.(parts[2])
      waiting.delete(parts[1])
    } else listeners.get(parts[1])?.forEach((listener) => listener({}, ...parts[2]))
  }
  const invoke = (channel: string, ...args: unknown[]): Promise<unknown> =>
    new Promise((resolve) => {
      const id = next++
      waiting.set(id, resolve)
      let bytes = ''
      for (const byte of codec.encode([id, channel, args])) bytes += String.fromCharCode(byte)
      ;(world[binding] as (payload: string) => void)(btoa(bytes))
    })
  const electron = {
    // A plain Chromium does not tell where a file lies: those of tests say it by their name.
    webUtils: { getPathForFile: (file: { readonly name: string }): string => decodeURIComponent(file.name) },
    contextBridge: {
      exposeInMainWorld: (key: string, api: Record<string, (...args: unknown[]) => unknown>): void => {
        exposed[key] = api
        send({ kind: 'expose', key, methods: Object.keys(api) })
      },
    },
    ipcRenderer: {
      invoke,
      on: (channel: string, listener: (...args: unknown[]) => void): void => {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      },
      off: (channel: string, listener: (...args: unknown[]) => void): void => void listeners.get(channel)?.delete(listener),
    },
  }
  return (name) => {
    if (name === 'electron') return electron
    throw new Error(`A sandboxed preload script can't require "${name}".`)
  }
}
