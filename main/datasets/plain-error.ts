import { RecordingError } from '../events/recording.ts'
import { DatasetError } from './errors.ts'
import type { PlainError } from './tasks.ts'

const classes: Record<string, object> = {
  RecordingError: RecordingError.prototype, DatasetError: DatasetError.prototype, RangeError: RangeError.prototype, TypeError: TypeError.prototype,
}

/** An error as plain data, for a message between threads. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  return error instanceof RecordingError ? { name, message, stack, path: error.path, offset: error.offset } : { name, message, stack }
}

/** The same error again, of its own class, with the stack of where it was thrown. */
export function fromPlainError(plain: PlainError): Error {
  const error = new Error(plain.message)
  const prototype = classes[plain.name]
  if (prototype) Object.setPrototypeOf(error, prototype)
  const fields: Record<string, unknown> = { name: plain.name }
  if (plain.stack !== undefined) fields['stack'] = plain.stack
  if (plain.name === 'RecordingError') Object.assign(fields, { path: plain.path, offset: plain.offset })
  for (const [key, value] of Object.entries(fields)) Object.defineProperty(error, key, { value, configurable: true, writable: true })
  return error
}
