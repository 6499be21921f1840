import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync } from 'node:fs'

export type DiskKind = 'ext4' | 'tmpfs'

const quiet = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** A small file system of its own: tmpfs in memory, or ext4 in a file. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly folder: string
  readonly #home: string
  readonly #kind: DiskKind
  readonly #megabytes: number
  #mounted = false

  /** @throws where this machine doesn't let us mount (see `canMount`) */
  constructor(kind: DiskKind, megabytes: number) {
    this.#home = mkdtempSync(join(tmpdir(), 'saccade-disk-'))
    this.folder = join(this.#home, 'mounted')
    this.#kind = kind
    this.#megabytes = megabytes
    mkdirSync(this.folder)
    if (kind === 'ext4') {
      const image = join(this.#home, 'image')
      const made = quiet('truncate', '-s', `${megabytes}M`, image) && quiet('mkfs.ext4', '-q', '-m', '0', '-O', '^has_journal', image)
      if (!made) throw new Error('mkfs.ext4 could not make a file system in a file')
    }
    this.attach()
  }

  /** Mounts it, anew where it was pulled out: of ext4 with what was on it. */
  attach(): void {
    const done = this.#kind === 'ext4' ? quiet('mount', '-o', 'loop', join(this.#home, 'image'), this.folder) : quiet('mount', '-t', 'tmpfs', '-o', `size=${this.#megabytes}m`, 'tmpfs', this.folder)
    if (!done) throw new Error(`${this.#kind} could not be mounted`)
    this.#mounted = true
  }

  /** Pulls it out while it is in use. */
  pull(): void {
    if (this.#mounted) quiet('umount', '-l', this.folder)
    this.#mounted = false
  }

  /** Fills it up to so many free bytes. @returns how many are free then */
  fill(free = 0): number {
    const handle = openSync(join(this.folder, 'filler'), 'a')
    try {
      for (const piece of [65_536, 4096, 512]) {
        try {
          while (this.free - free >= piece) writeSync(handle, new Uint8Array(piece))
        } catch {
          // Full, for pieces of this size.
        }
      }
    } finally {
      closeSync(handle)
    }
    return this.free
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.folder)
    return bavail * bsize
  }

  /** Takes away what filled it. */
  empty(): void {
    rmSync(join(this.folder, 'filler'), { force: true })
  }

  remove(): void {
    this.pull()
    rmSync(this.#home, { recursive: true, force: true })
  }
}

/** Whether small file systems can be made here: that takes root on Linux. */
export function canMount(kind: DiskKind): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    new SmallDisk(kind, 4).remove()
    return true
  } catch {
    return false
  }
}
