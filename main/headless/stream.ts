import { resolve } from 'node:path'
import { realClock } from '../deployment/live/clock.ts'
import { sendRecording } from '../deployment/live/sender.ts'
import { UsageError } from '../workbench/api.ts'
import { number, parse, positional, type Command } from './command.ts'
import { duration } from './terminal.ts'

export const stream: Command = {
  summary: 'sends a recording over TCP as if it were happening now',
  usage: `Usage: npm run saccade -- stream RECORDING --to HOST:PORT [OPTIONS]

Sends the events of RECORDING to whoever listens at HOST:PORT, each when its time has come: "saccade live MODEL --listen PORT" or a
live session of the Models view. A receiver that doesn't keep up makes it wait.

  --to HOST:PORT         where a receiver listens, e.g. 127.0.0.1:7777
  --speed N              so many times as fast (default: 1)
  --repeat               from its start again until Ctrl-C
  --json                 print the result as JSON on stdout`,
  async run(args, host) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' }, to: { type: 'string' }, speed: { type: 'string' }, repeat: { type: 'boolean' } })
    const [recording = ''] = positional(positionals, 'RECORDING')
    const [, name, port] = /^\[?(.+?)\]?:(\d{1,5})$/.exec(values.to ?? '') ?? []
    if (name === undefined || Number(port) < 1 || Number(port) > 65_535) throw new UsageError(`--to must be HOST:PORT, e.g. 127.0.0.1:7777${values.to === undefined ? '' : `, not "${values.to}"`}.`)
    const speed = number(values.speed, 'speed') ?? 1
    if (speed < 0.01 || speed > 1000) throw new UsageError('--speed must be 0.01 to 1000.')
    const began = performance.now()
    const { events } = await sendRecording({
      recording: resolve(recording), host: name, port: Number(port), speed, repeat: values.repeat ?? false, clock: realClock, signal: host.signal,
    })
    const seconds = (performance.now() - began) / 1000
    host.print(values.json ? JSON.stringify({ recording: resolve(recording), events, seconds }) : `${events} events sent in ${duration(seconds)}`)
  },
}
