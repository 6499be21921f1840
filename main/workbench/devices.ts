import type { DeviceChoice, DeviceReport, Installable } from '../engines/schema.ts'
import { discover } from '../engines/discover.ts'
import { installCuda } from '../engines/install/cuda.ts'
import { launchMeasurement } from '../training/launcher.ts'
import type { DeviceMeasurement } from '../training/measure.ts'
import { UsageError, type Handlers } from './api.ts'
import { Cancelled, isActive, type JobContext } from './jobs.ts'
import { DeviceRecords } from './device-records.ts'
import type { Shared } from './shared.ts'

type Device = DeviceReport['device']

/** What a runtime says, without the file and line of its own source that it puts before. */
function words(message: string): string {
  return message.replace(/\/\S+\.(cc|h|cpp):\d+ .*? was false\. /, '').replace(/\s+/g, ' ').trim()
}

/** A driver that hangs is given up after this long; compiling WebGPU's kernels takes about ten seconds. */
const patienceMs = 90_000

type DevicesNeed = Pick<Shared, 'spawn' | 'training'> & { readonly library: Pick<Shared['library'], 'root'> }

const speed = ({ samplesPerSecond }: DeviceReport): number => samplesPerSecond ?? 0

/**
 * The fastest of the devices that work, with what is said about it: its speed, the speed of the others, and why others were left out.
 * @throws Error where none works, with what each one says
 */
export function chosen(reports: readonly DeviceReport[]): DeviceChoice {
  const [best, ...slower] = reports.filter(({ state }) => state === 'works').sort((a, b) => speed(b) - speed(a))
  if (!best) throw new Error(`No device works here. ${reports.map(({ title, detail }) => `${title}: ${detail}`).join('; ')}`)
  const rate = (report: DeviceReport): string => `${speed(report).toPrecision(3)} samples/s`
  const failed = reports.filter(({ state }) => state === 'fails')
  return {
    device: best.device,
    reason: [
      `${best.title}: ${rate(best)} (network Small${best.measured === undefined ? '' : `, measured ${best.measured.slice(0, 10)}`})`,
      slower.length === 0 ? 'no other device works here' : `faster than ${slower.map((other) => `${other.title} (${rate(other)})`).join(', ')}`,
      ...failed.map(({ title, detail }) => `${title} fails: ${detail}`),
    ].join('; '),
  }
}

/** The processors of this machine: what was found, and what a few real training steps on each have shown. */
export class Devices {
  readonly #shared: DevicesNeed
  readonly #records: DeviceRecords
  #reports: DeviceReport[]
  /** The CPU's losses, which all others are compared with. */
  #reference: Promise<DeviceMeasurement> | undefined

  constructor(shared: DevicesNeed) {
    this.#shared = shared
    this.#records = new DeviceRecords(shared.library.root)
    this.#reports = this.#records.recall(discover())
  }

  list(): DeviceReport[] {
    return this.#reports
  }

  /** What was missing may be there now. What was measured stays. */
  rediscover(): void {
    this.#reports = this.#records.recall(discover())
  }

  /** Takes a few training steps on a device, after trainings that wait before. @throws UsageError for one that is missing here */
  async measure(device: Device): Promise<DeviceReport> {
    const fresh = discover().find((report) => report.device === device)
    if (!fresh) throw new UsageError(`There is no device "${device}".`)
    if (fresh.state === 'missing') throw new UsageError(`${fresh.title}: ${fresh.detail}. ${fresh.advice ?? ''}`.trim())
    const report = { ...(await this.#measured(fresh)), measured: new Date().toISOString() }
    this.#records.keep(fresh.detail, report)
    this.#reports = this.#reports.map((other) => (other.device === device ? report : other))
    return report
  }

  /**
   * The fastest device that works, and why; measured where it was not yet on this machine.
   * @throws Error where none works, with what each one says
   */
  async best(): Promise<DeviceChoice> {
    this.rediscover()
    for (const { device, state } of this.#reports) if (state === 'found') await this.measure(device)
    return chosen(this.#reports)
  }

  async #measured(report: DeviceReport): Promise<DeviceReport> {
    try {
      const reference = await (this.#reference ??= this.#steps('cpu'))
      const { samplesPerSecond, losses } = report.device === 'cpu' ? reference : await this.#steps(report.device)
      const lossDifference = Math.max(...losses.map((loss, k) => Math.abs(loss - (reference.losses[k] ?? NaN))))
      // Rounding moves a few spikes over the threshold; more than this is another computation.
      if (!(lossDifference < 0.02))
        return {
          ...report,
          state: 'fails',
          detail: `It computes something else than the CPU: losses differ by ${lossDifference.toPrecision(2)}`,
          advice: 'Update its driver. Runs on it would not be what the papers describe.',
        }
      return { ...report, state: 'works', samplesPerSecond, lossDifference }
    } catch (error) {
      if (report.device === 'cpu') this.#reference = undefined
      return {
        ...report,
        state: 'fails',
        detail: words(error instanceof Error ? error.message : String(error)),
        advice: report.device === 'cpu' ? null : 'Update its driver, or train on another device.',
      }
    }
  }

  async #steps(device: Device): Promise<DeviceMeasurement> {
    const task = launchMeasurement(device, this.#shared.spawn)
    const timeout = setTimeout(() => task.kill(), patienceMs)
    try {
      return await task.result
    } finally {
      clearTimeout(timeout)
    }
  }
}

/**
 * Fetches ONNX Runtime's CUDA libraries, telling a job how far it is. Returns what is shown when it is done.
 * @param from another feed than the publisher's
 * @throws Cancelled, or InstallError
 */
async function fetchCuda(from: string | undefined, { signal, update }: Pick<JobContext, 'signal' | 'update'>): Promise<string> {
  let began: { readonly at: number; readonly bytes: number } | undefined
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
  try {
    const folder = await installCuda({
      signal,
      ...(from !== undefined && { index: from }),
      onProgress: (step, bytes, total) => {
        if (step !== 'downloading') return update({ detail: step === 'looking' ? 'Looks for the package' : 'Unpacks', progress: step === 'looking' ? null : 0.98, rate: null, secondsLeft: null })
        began ??= { at: performance.now(), bytes }
        const rate = (bytes - began.bytes) / ((performance.now() - began.at) / 1000 || Infinity)
        update({
          detail: total === null ? `${megabytes(bytes)} MB` : `${megabytes(bytes)} of ${megabytes(total)} MB`,
          progress: total === null ? null : (0.97 * bytes) / total,
          rate: rate > 0 ? `${megabytes(rate)} MB/s` : null,
          secondsLeft: total === null || rate <= 0 ? null : (total - bytes) / rate,
        })
      },
    })
    return `In ${folder}. Measure the device next: that tells whether it works.`
  } catch (error) {
    throw signal.aborted ? new Cancelled('Cancelled. What was fetched is kept: the next try goes on from there.') : error
  }
}

type DeviceCalls = 'devices.list' | 'devices.measure' | 'devices.best' | 'devices.install'

export function deviceHandlers(devices: Devices, { jobs }: Pick<Shared, 'jobs'>): Pick<Handlers, DeviceCalls> {
  return {
    'devices.list': () => ({ devices: devices.list() }),
    'devices.measure': ({ device }) => devices.measure(device),
    'devices.best': () => devices.best(),
    'devices.install': ({ what, from }) => {
      // One at a time: two would write the same file.
      const running = jobs.list().find((job) => job.kind === 'install' && isActive(job))
      if (running) return { job: running.id }
      const job = jobs.start({ kind: 'install', title: `Install ${names[what]}`, subject: null }, async (context) => {
        const done = await fetchCuda(from, context)
        devices.rediscover()
        return done
      })
      return { job: job.id }
    },
  }
}

const names: Readonly<Record<Installable, string>> = { cuda: 'CUDA libraries' }
