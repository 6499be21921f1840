import type { FromTask, ToTask } from './protocol.ts'

/** How a process talks to its parent: Node's IPC channel or Electron's parentPort. */
interface ParentPort {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** The parent is gone. */
  onClose(listener: () => void): void
}

/** Electron hands a utility process this port; its messages are wrapped in events. */
interface ElectronParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

function parentPort(): ParentPort {
  if ('parentPort' in process && process.parentPort) {
    const port = process.parentPort as ElectronParentPort
    // Electron ends its utility processes itself, so there is no close to hear of.
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', (event) => listener(event.data)),
      onClose: () => undefined,
    }
  }
  if (process.send === undefined) throw new Error('This program is started by Saccade as a process of its own, not by hand.')
  return {
    // Without a callback, a parent that dies at this moment would end us too (EPIPE is thrown), before we have saved.
    send: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => undefined)),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', listener),
  }
}

/**
 * Makes this process do the one task its parent sends. `work` gets the input, a signal that is aborted by `stop` or when
 * the parent is gone, a function that reports progress, and one that takes a listener for what the parent tells meanwhile. The parent ends
 * the process after the answer.
 */
export function serveTask<Input, Progress, Result>(
  work: (input: Input, signal: AbortSignal, report: (progress: Progress) => void, hear: (listener: (message: unknown) => void) => void) => Promise<Result>,
): void {
  const port = parentPort()
  const send = (message: FromTask<Progress, Result>): void => port.send(message)
  const stop = new AbortController()
  let task: Promise<void> | undefined
  let heard = (_: unknown): void => undefined
  const run = async (input: Input): Promise<void> => {
    try {
      send({ type: 'done', result: await work(input, stop.signal, (progress) => send({ type: 'progress', progress }), (listener) => (heard = listener)) })
    } catch (error) {
      send({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  }
  port.onMessage((message) => {
    const request = message as ToTask<Input>
    if (request.type === 'stop') stop.abort()
    else if (request.type === 'tell') heard(request.message)
    else task ??= run(request.input)
  })
  port.onClose(() => {
    stop.abort()
    void (task ?? Promise.resolve()).finally(() => process.exit(0))
  })
  // Ctrl-C and a closed terminal reach the whole process group: what they mean is the parent's to say.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  send({ type: 'ready' })
}
