import { fork } from 'node:child_process'

/** A started process, whatever started it. */
export interface ChildPort {
  readonly pid: number | undefined
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Once, with how it ended. `signal` where the system tells. */
  onExit(listener: (code: number | null, signal: string | null) => void): void
  /** The end of what it wrote to stderr. */
  errorOutput(): string
  /** Ends it at once, without saving. */
  kill(): void
}

/** Starts the program at an absolute path as a process of its own. */
export type SpawnChild = (path: string, env: Record<string, string>) => ChildPort

/** Keeps the last characters of a stream. */
function tail(stream: NodeJS.ReadableStream | null, length = 4000): () => string {
  let text = ''
  stream?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-length)
  })
  return () => text
}

/** Under Node: the command line, the server and the tests. */
export const forkNode: SpawnChild = (path, env) => {
  const child = fork(path, [], {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  const errorOutput = tail(child.stderr)
  let failure: Error | undefined
  // Not being able to start, and a message to a process that has just ended: the exit that follows tells both.
  child.on('error', (error) => {
    failure = error
  })
  return {
    pid: child.pid,
    send: (message) => void (child.connected && child.send(message as object)),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let told = false
      const tell = (code: number | null, signal: string | null): void => {
        if (!told) listener(code, signal)
        told = true
      }
      child.on('close', tell)
      child.on('error', () => void (child.pid === undefined && tell(null, null)))
    },
    errorOutput: () => (failure === undefined ? errorOutput() : `${failure.message}\n${errorOutput()}`),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** The part of Electron's UtilityProcess that is used; this room doesn't know Electron. */
export interface UtilityProcessLike {
  readonly pid: number | undefined
  readonly stderr: NodeJS.ReadableStream | null
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  kill(): boolean
}

/**
 * Under Electron: of `utilityProcess.fork(path, [], { env: {...process.env, ...env}, stdio: ['ignore', 'ignore', 'pipe'] })`.
 */
export function adoptUtilityProcess(child: UtilityProcessLike): ChildPort {
  const errorOutput = tail(child.stderr)
  return {
    get pid() {
      return child.pid
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code, null)),
    errorOutput,
    kill: () => {
      // kill() asks politely (SIGTERM), which a process inside a long native call doesn't hear.
      if (child.pid === undefined) child.kill()
      else process.kill(child.pid, 'SIGKILL')
    },
  }
}
