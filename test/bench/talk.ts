import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process that answers each line it is given with a line of JSON. */
export interface Talk {
  /** @throws Error where the process has ended, with what it said on stderr */
  ask(line: string): Promise<unknown>
  end(): void
}

export function talk(command: string, args: readonly string[]): Talk {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  child.stdin.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(said.trim().split('\n').at(-1) || `ended with ${code}`))
  })
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(await closed)
      return JSON.parse(value)
    },
    end: () => void child.stdin.end(),
  }
}
