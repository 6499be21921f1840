/** Clients that watch a run, for test/bench/clients.ts: ORIGIN TOKEN RUN COUNT. Says when all are connected; then how many events they heard. */
import { createBrowserClient } from '../../preload/contract/browser-client.ts'

const [origin = '', token = '', run = '', count = '0'] = process.argv.slice(2)
let heard = 0
const clients = Array.from({ length: Number(count) }, () => createBrowserClient(token, { origin }))
await Promise.all(
  clients.map(
    (client) =>
      new Promise<void>((resolve) => {
        client.onConnection((state) => state === 'connected' && resolve())
        client.on('run.step', () => void heard++)
        client.on('job.changed', () => void heard++)
        client.on('run.changed', () => {
          heard++
          void Promise.all([client.call('runs.get', { id: run }), client.call('runs.list', {})])
        })
      }),
  ),
)
process.send?.('watching')
process.once('message', () => {
  clients.forEach((client) => client.close())
  process.send?.(heard, () => process.exit(0))
})
