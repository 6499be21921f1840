import { counted, isOrAre, wasOrWere } from '../problems.ts'

export const noEnd = {
  key: 'no-header-end',
  severity: 'warning',
  message: () => `The header has no line "#!END-HEADER": events were read from behind its last line`,
} as const
export const newerVersion = (version: string) =>
  ({
    key: 'newer-version',
    severity: 'warning',
    message: () => `AEDAT ${version} is not known: read as 3.1`,
  }) as const
export const cutPacket = (missing: number) =>
  ({
    key: 'cut-packet',
    severity: 'warning',
    message: () => `The file ends inside its last packet, ${counted(missing, 'byte')} early: the events before that were kept`,
    advice: 'The recorder was probably stopped, or the copy cut short.',
  }) as const
export const damage = {
  key: 'damage',
  severity: 'error',
  message: (count: number) => `${counted(count, 'byte')} between packets ${isOrAre(count)} no packet and ${wasOrWere(count)} skipped`,
  advice: 'The file is damaged: events are missing there. Copy it again where you have the original.',
} as const
export const secondCamera = {
  key: 'second-camera',
  severity: 'warning',
  message: (count: number) => `${counted(count, 'event')} of a second camera in the same file ${wasOrWere(count)} skipped`,
  advice: 'Split the recording by camera to use the other one.',
} as const
export const reset = {
  key: 'time-reset',
  severity: 'warning',
  message: (count: number) => `The camera's clock was reset to 0 ${counted(count, 'time')} during the recording: times start again there`,
} as const
export const badRun = {
  key: 'bad-run',
  severity: 'error',
  message: (count: number) =>
    `${counted(count, 'compressed packet')} did not unpack to the announced number of events: what came out was kept`,
  advice: 'The file is damaged. Copy it again where you have the original.',
} as const
