import { cpus, hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { deviceReportSchema, type DeviceReport } from '../engines/schema.ts'
import { readJson, writeJson } from '../training/atomic.ts'
import { fileKinds, refuseNewerFile } from '../versioned.ts'

/** devices.json: what was measured, by machine. A library may lie on a disk that several machines use. */
const recordsSchema = z.object({ version: z.literal(1), machines: z.record(z.string(), z.array(z.object({ found: z.string(), report: deviceReportSchema }))) })
type Records = z.infer<typeof recordsSchema>

const machine = (): string => [hostname(), process.platform, process.arch, cpus()[0]?.model.trim() ?? ''].join(', ')

/**
 * Measurements of this machine's devices, kept in the library. One counts as long as the device is found as it was then: with the
 * same driver and the same version of its library.
 */
export class DeviceRecords {
  readonly #path: string

  constructor(library: string) {
    this.#path = join(library, 'devices.json')
  }

  /** What was just found, with what was measured of it before. */
  recall(found: readonly DeviceReport[]): DeviceReport[] {
    const known = this.#read().machines[machine()] ?? []
    return found.map((fresh) => known.find(({ found: detail, report }) => report.device === fresh.device && detail === fresh.detail && fresh.state !== 'missing')?.report ?? fresh)
  }

  /** Keeps a measurement. @param found what `discover` said of the device before. @throws NewerFileError where a newer Saccade keeps them */
  keep(found: string, report: DeviceReport): void {
    refuseNewerFile(this.#path, fileKinds.devices)
    const records = this.#read()
    const others = (records.machines[machine()] ?? []).filter((entry) => entry.report.device !== report.device)
    writeJson(this.#path, { ...records, machines: { ...records.machines, [machine()]: [...others, { found, report }] } })
  }

  /** A file that is missing or none of ours holds nothing: devices are measured again. */
  #read(): Records {
    try {
      return recordsSchema.parse(readJson(this.#path))
    } catch {
      return { version: 1, machines: {} }
    }
  }
}
