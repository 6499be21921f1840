import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to a server that can be cut and mended, as networks do. */
export interface BreakableLine {
  readonly port: number
  readonly origin: string
  cut(): void
  mend(): void
  close(): Promise<void>
}

/** @param to the server; what `to.port` is at the time counts for each connection */
export async function breakableLine(to: { readonly port: number }): Promise<BreakableLine> {
  const sockets = new Set<Socket>()
  let whole = true
  const proxy = createServer((near) => {
    if (!whole) return void near.destroy()
    const far = createConnection(to.port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    cut() {
      whole = false
      sockets.forEach((socket) => socket.destroy())
      sockets.clear()
    },
    mend: () => void (whole = true),
    async close() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
