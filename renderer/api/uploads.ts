import { upload, type SendUpload } from '../../preload/contract/uploads.ts'
import type { Job } from '../../preload/contract/index.ts'
import { showLocalJob } from './jobs.ts'
import { notify } from './notices.ts'
import { useRemote } from './remote.ts'
import { ask, messageOf, workbench } from './workbench.ts'

/** Files of this computer that the user dropped or chose. */
export interface Given {
  readonly name: string
  /** Whether they are a folder's, or a file alone. */
  readonly folder: boolean
  /** `below`: where in the folder; '' for a folder by itself, whose files the desktop finds. */
  readonly files: readonly { readonly below: string; readonly file: File }[]
}

/** The machine that the workbench runs on, where files of this computer must be sent to it; null where they lie at hand. */
export function otherMachine(): string | null {
  return window.saccade ? (useRemote.getState().state?.current?.host ?? null) : window.location.hostname
}

/** Told rarely enough to be read. */
const tellEveryMs = 250
/** Speed is that of the last seconds: of a line that stutters neither the peak nor the pause. */
const overMs = 5000

/** Bytes per second of what has gone so far, over the last seconds. */
export class Speed {
  readonly #heard: [at: number, sent: number][] = []

  /** @param at ms */
  add(at: number, sent: number): void {
    // A file that is sent once more begins anew.
    while ((this.#heard.at(-1)?.[1] ?? 0) > sent) this.#heard.pop()
    this.#heard.push([at, sent])
    while (this.#heard.length > 2 && at - (this.#heard[1]?.[0] ?? at) > overMs) this.#heard.shift()
  }

  /** null: not known yet. */
  get perSecond(): number | null {
    const [first, last] = [this.#heard[0], this.#heard.at(-1)]
    if (!first || !last || last[0] - first[0] < 500) return null
    return ((last[1] - first[1]) / (last[0] - first[0])) * 1000
  }
}

const size = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`)

/** An upload as the job bar shows it. @param speed bytes per second */
export function jobOfUpload(
  id: string,
  title: string,
  started: string,
  told: { files: number; bytes: number; sent: number },
  speed: number | null,
): Job {
  const left = speed === null || speed <= 0 ? null : (told.bytes - told.sent) / speed
  return {
    id,
    kind: 'import',
    title,
    state: 'running',
    progress: told.bytes === 0 ? null : told.sent / told.bytes,
    detail: `${size(told.sent)} of ${size(told.bytes)}, ${told.files} ${told.files === 1 ? 'file' : 'files'}`,
    rate: speed === null ? null : `${size(speed)}/s`,
    secondsLeft: left,
    error: null,
    subject: null,
    started,
  }
}

let next = 1

/**
 * Sends files of this computer to the workbench's machine, shown in the job bar. Returns where they lie there; null where it was cancelled
 * or failed, which the bar tells.
 */
export async function send(given: Given): Promise<string | null> {
  const host = otherMachine()
  if (host === null) throw new Error('The workbench is on this computer: there is nothing to send.')
  const id = `upload-${Date.now()}-${next++}`
  const [title, started] = [`Send ${given.name} to ${host}`, new Date().toISOString()]
  const ending = new AbortController()
  const speed = new Speed()
  let job = jobOfUpload(id, title, started, { files: given.files.length, bytes: 0, sent: 0 }, null)
  const show = (change: Partial<Job>): void => showLocalJob((job = { ...job, ...change }), () => ending.abort())
  const tell = (told: { files: number; bytes: number; sent: number }): void => {
    speed.add(performance.now(), told.sent)
    show(jobOfUpload(id, title, started, told, speed.perSecond))
  }
  show({})
  try {
    const path = await (window.saccade ? sendByDesktop(id, given, ending.signal, tell) : sendByPage(given, ending.signal, tell))
    show(
      path === null
        ? { state: 'cancelled', detail: 'Cancelled; nothing of it stays there.' }
        : { state: 'done', progress: 1, detail: path, rate: null, secondsLeft: null },
    )
    return path
  } catch (error) {
    if (ending.signal.aborted) show({ state: 'cancelled', detail: 'Cancelled; nothing of it stays there.' })
    else {
      show({ state: 'failed', error: messageOf(error) })
      notify({ tone: 'error', title: `${given.name} could not be sent`, message: messageOf(error) })
    }
    return null
  }
}

type Tell = (told: { files: number; bytes: number; sent: number }) => void

/** The desktop's main process reads and sends them. */
async function sendByDesktop(id: string, { name, folder, files }: Given, signal: AbortSignal, tell: Tell): Promise<string | null> {
  const stop = workbench().on('remote.sending', (told) => told.id === id && tell(told))
  signal.addEventListener('abort', () => void ask('remote.cancel-send', { id }), { once: true })
  try {
    const from = files.map(({ file, below }) => ({ from: window.saccade?.pathOf?.(file) ?? '', below }))
    return (await ask('remote.send', { id, name, folder, files: from })).path
  } finally {
    stop()
  }
}

async function sendByPage({ name, folder, files }: Given, signal: AbortSignal, tell: Tell): Promise<string> {
  const sources = files.map(({ file, below }) => ({ path: below, bytes: file.size, body: file }))
  const bytes = sources.reduce((sum, file) => sum + file.bytes, 0)
  let told = -Infinity
  return upload({ name, folder, files: sources }, sendByRequest, {
    signal,
    progress(sent) {
      if (performance.now() - told < tellEveryMs && sent < bytes) return
      told = performance.now()
      tell({ files: files.length, bytes, sent })
    },
  })
}

/** XMLHttpRequest: fetch does not tell how much of a body has left. The session's cookie lets it in. */
const sendByRequest: SendUpload<File> = ({ method, path, headers, body, sent, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    const broken = (): void => reject(new Error('The line to the workbench broke.'))
    request.open(method, path)
    request.responseType = 'arraybuffer'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => sent(loaded)
    request.onload = () => resolve({ status: request.status, body: new Uint8Array(request.response as ArrayBuffer) })
    request.onerror = broken
    request.onabort = broken
    request.onloadend = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort, { once: true })
    request.send('message' in body ? body.message : body.file.body)
  })
