import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { RecordingError } from './recording.ts'
import type { ByteSource } from './recording.ts'

/** Read-ahead of a file: fewer system calls for packet headers, small enough to stay in the second-level cache. */
const WINDOW = 1 << 19

/** A ByteSource over an open file descriptor. Close it when done; reading after that throws. */
export interface FileSource extends ByteSource {
  close(): void
}

/**
 * Opens a file for chunked reading through one buffer of its own (at most 512 KiB, or the longest read asked for).
 * @throws RecordingError where it can't be opened or is not a regular file.
 */
export function openFile(path: string): FileSource {
  const descriptor = openDescriptor(path)
  const size = fstatSync(descriptor).size
  let buffer = new Uint8Array(0)
  let start = 0
  let end = 0
  return {
    path,
    size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      if (offset < start || offset + wanted > end) {
        const room = Math.min(Math.max(wanted, WINDOW), Math.max(size - offset, 0))
        if (buffer.length < room) buffer = new Uint8Array(room)
        start = offset
        end = offset + fill(descriptor, buffer, room, offset, path)
      }
      return buffer.subarray(offset - start, Math.min(offset - start + wanted, end - start))
    },
    close() {
      closeSync(descriptor)
    },
  }
}

/** A ByteSource over bytes in memory; reads are views, nothing is copied. */
export function memorySource(path: string, bytes: Uint8Array): ByteSource {
  return { path, size: bytes.length, read: (offset, length) => bytes.subarray(offset, Math.max(offset, offset + length)) }
}

function openDescriptor(path: string): number {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (cause) {
    throw new RecordingError(path, `can't be opened: ${reason(cause)}`)
  }
  const stat = fstatSync(descriptor)
  if (stat.isFile()) return descriptor
  closeSync(descriptor)
  throw new RecordingError(
    path,
    stat.isDirectory() ? 'this is a folder, not a recording: choose a file in it' : 'this is not a regular file',
  )
}

/** Reads up to `length` bytes; returns how many there were. */
function fill(descriptor: number, buffer: Uint8Array, length: number, offset: number, path: string): number {
  let done = 0
  while (done < length) {
    let count: number
    try {
      count = readSync(descriptor, buffer, done, length - done, offset + done)
    } catch (cause) {
      throw new RecordingError(path, `can't be read: ${reason(cause)}`, offset + done)
    }
    if (count === 0) break
    done += count
  }
  return done
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  return cause instanceof Error ? cause.message : String(cause)
}
