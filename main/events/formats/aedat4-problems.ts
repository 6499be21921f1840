import { counted, isOrAre, wasOrWere } from '../problems.ts'
import type { Fault } from '../problems.ts'

const again = 'Copy it again where you have the original.'

export const damagedHeader: Fault = {
  key: 'damaged-header',
  severity: 'error',
  message: () => 'The description of the file (IOHeader) is damaged: the sensor size is guessed from the events',
  advice: again,
}
export const noCamera: Fault = {
  key: 'no-camera',
  severity: 'warning',
  message: () => 'The header names no stream of events (EVTS)',
  advice: 'It may be a recording of frames or motion only.',
}
export const unfinished: Fault = {
  key: 'unfinished',
  severity: 'warning',
  message: () => 'The recording was not closed: it has no data table, so packets were read one after the other to the end',
  advice: 'The recorder was probably stopped hard. Nothing before the end is lost.',
}
export const noTable: Fault = {
  key: 'no-table',
  severity: 'warning',
  message: () => 'There is no data table where the header says: packets were read one after the other to the end',
  advice: 'The file was probably cut short: copy it again where you have the original.',
}
export const unknownStream: Fault = {
  key: 'unknown-stream',
  severity: 'warning',
  message: (count) => `${counted(count, 'packet')} of a stream that the header does not name ${wasOrWere(count)} skipped`,
}
export const noEventPacket: Fault = {
  key: 'no-event-packet',
  severity: 'error',
  message: (count) =>
    `${counted(count, 'packet')} in the stream of events ${count === 1 ? 'holds' : 'hold'} something else and ${wasOrWere(count)} skipped`,
  advice: again,
}
export const untimed: Fault = {
  key: 'untimed',
  severity: 'error',
  message: (count) => `${counted(count, 'event')} with impossible times (beyond 2^53 µs) ${wasOrWere(count)} dropped`,
  advice: again,
}
export const damage: Fault = {
  key: 'damage',
  severity: 'error',
  message: (count) => `${counted(count, 'byte')} between packets ${isOrAre(count)} no packet and ${wasOrWere(count)} skipped`,
  advice: `The file is damaged: events are missing there. ${again}`,
}
export const cutPacket: Fault = {
  key: 'cut-packet',
  severity: 'warning',
  message: (count) => `The last ${counted(count, 'byte')} of the file are not a whole packet and were ignored`,
  advice: 'The recorder was probably stopped, or the copy cut short.',
}

export const damagedPacket = (cause: Error): Fault => ({
  key: 'damaged-packet',
  severity: 'error',
  message: (count) => `${counted(count, 'packet')} could not be unpacked and ${wasOrWere(count)} skipped (the first: ${cause.message})`,
  advice: `The file is damaged: events are missing there. ${again}`,
})
export const secondCamera = (name: string): Fault => ({
  key: `second-camera-${name}`,
  severity: 'warning',
  message: (count) => `${counted(count, 'packet')} of a second camera (${name}) ${wasOrWere(count)} skipped`,
  advice: 'Split the recording by camera to use the other one.',
})
export const otherCount = (listed: number, found: number): Fault => ({
  key: 'other-count',
  severity: 'warning',
  message: () => `The data table lists ${counted(listed, 'event')}, the packets hold ${found.toLocaleString('en')}`,
})
