/** node --import parent-port.ts: gives a child process what Electron gives a utility process, `process.parentPort`. */
import { EventEmitter } from 'node:events'

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    process.send?.(message)
  }
}

const port = new ParentPort()
process.on('message', (data) => port.emit('message', { data, ports: [] }))
// Without this its parent's end would go unnoticed; Electron ends its utility processes itself.
process.on('disconnect', () => process.exit(0))
Object.assign(process, { parentPort: port })
