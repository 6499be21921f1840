import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { InstallError } from './network.ts'

interface Member {
  readonly method: number
  readonly crc: number
  readonly compressed: number
  readonly size: number
  /** Byte where its local header starts. */
  readonly header: number
}

const END = 22
const LONGEST_COMMENT = 0xffff

/**
 * Writes members of a zip archive to files; the archive's checksum of each is checked. Archives of less than 4 GB (no Zip64).
 * @param wanted member's path in the archive: file to write
 * @throws InstallError where the archive is damaged or lacks a member; the signal's reason
 */
export async function unzip(archive: string, wanted: ReadonlyMap<string, string>, signal: AbortSignal, onBytes: (bytes: number, total: number) => void = () => undefined): Promise<void> {
  const members = await directory(archive)
  const chosen = [...wanted].map(([name, file]) => {
    const member = members.get(name)
    if (!member) throw new InstallError(`${basename(archive)} has no "${name}": its publisher packs it in another way now.`)
    return { name, file, member }
  })
  const total = chosen.reduce((sum, { member }) => sum + member.size, 0)
  let done = 0
  for (const { name, file, member } of chosen) {
    await mkdir(dirname(file), { recursive: true })
    let [crc, size] = [0, 0]
    const check = new Transform({
      transform(chunk: Buffer, _, next) {
        crc = crc32(chunk, crc)
        size += chunk.length
        onBytes((done += chunk.length), total)
        next(null, chunk)
      },
    })
    const start = await dataStart(archive, member.header, name)
    const stored = createReadStream(archive, { start, end: start + member.compressed - 1 })
    const out = createWriteStream(file, { mode: 0o755 })
    if (member.method === 0) await pipeline(stored, check, out, { signal })
    else if (member.method === 8) await pipeline(stored, createInflateRaw(), check, out, { signal })
    else throw new InstallError(`"${name}" in ${basename(archive)} is packed by method ${member.method}, which is not known here.`)
    if (crc !== member.crc || size !== member.size) throw new InstallError(`"${name}" in ${basename(archive)} is damaged: its checksum is another.`)
  }
}

/** Members by path, from the central directory (APPNOTE 4.3.12). */
async function directory(archive: string): Promise<Map<string, Member>> {
  const damaged = (what: string): InstallError => new InstallError(`${basename(archive)} is no whole zip archive: ${what}.`)
  const file = await open(archive)
  try {
    const { size } = await file.stat()
    const tail = await read(file, Math.max(0, size - END - LONGEST_COMMENT), END + LONGEST_COMMENT)
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
    if (end < 0 || end + END > tail.length) throw damaged('it has no directory at its end')
    const entries = await read(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
    const members = new Map<string, Member>()
    for (let at = 0; at + 46 <= entries.length; ) {
      if (entries.readUInt32LE(at) !== 0x02014b50) throw damaged('its directory is damaged')
      const length = entries.readUInt16LE(at + 28)
      members.set(entries.toString('utf8', at + 46, at + 46 + length), {
        method: entries.readUInt16LE(at + 10),
        crc: entries.readUInt32LE(at + 16),
        compressed: entries.readUInt32LE(at + 20),
        size: entries.readUInt32LE(at + 24),
        header: entries.readUInt32LE(at + 42),
      })
      at += 46 + length + entries.readUInt16LE(at + 30) + entries.readUInt16LE(at + 32)
    }
    return members
  } finally {
    await file.close()
  }
}

/** A member's local header may have other extra fields than the directory. */
async function dataStart(archive: string, header: number, name: string): Promise<number> {
  const file = await open(archive)
  try {
    const bytes = await read(file, header, 30)
    if (bytes.length < 30 || bytes.readUInt32LE(0) !== 0x04034b50) throw new InstallError(`${basename(archive)} has no "${name}" where its directory says.`)
    return header + 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28)
  } finally {
    await file.close()
  }
}

async function read(file: Awaited<ReturnType<typeof open>>, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}
