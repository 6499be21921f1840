import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EventSlice } from '../../preload/contract/index.ts'
import type { DisplayMode } from './accumulate.ts'
import { ChunkStore, planChunks, type Span, type WindowChunks } from './chunks.ts'
import { initialCamera, orbited, type Camera } from './cloud.ts'
import type { RegionRate } from './inspect.ts'
import { letterbox, type Letterbox } from './layout.ts'
import { longestWindow } from './packed.ts'
import type { Palette, PaletteName } from './palettes.ts'
import { advance, initialPlayback, lengthened, marked, shownWindow, sought, stepped, toggled, type Playback } from './playback.ts'
import { EventRenderer } from './renderer.ts'

/** A part of the sensor, in pixels. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PlayerState extends Playback {
  readonly mode: DisplayMode
  readonly paletteName: PaletteName
  /** flat: the sensor's picture; cloud: x, y and t in space. */
  readonly view: 'flat' | 'cloud'
  readonly camera: Camera
  /** Where the canvas lies on the stage, in CSS pixels; null until it is laid out. */
  readonly box: Letterbox | null
  readonly region: Region | null
  /** The region's events over the whole recording, in equal parts of it; null where they are not known. */
  readonly regionRate: RegionRate | null
  /** The pixel that is looked at. */
  readonly pixel: { readonly x: number; readonly y: number } | null
  /** Waits for events that are not here yet. */
  readonly buffering: boolean
  /** Why events could not be fetched or drawn. */
  readonly failure: string | null
  /** Events on the stage. */
  readonly shown: number
  /** Where the window on the stage begins, µs from the first event. */
  readonly from: number
  /** Whether the workbench cut a stretch short that held more events than one answer may. */
  readonly truncated: boolean
}

/** What may be set from outside. */
export type PlayerSettings = Pick<
  PlayerState,
  | 'playing'
  | 'speed'
  | 'direction'
  | 'accumulation'
  | 'accumulateBy'
  | 'eventCount'
  | 'loop'
  | 'mode'
  | 'paletteName'
  | 'view'
  | 'camera'
  | 'region'
  | 'pixel'
>

/** What a player needs of a recording. */
export interface PlayerSource {
  readonly width: number
  readonly height: number
  readonly durationUs: number
  /** Events per bin of equal duration, both polarities. */
  readonly counts: ArrayLike<number>
  /** Whether more of it is being read. */
  readonly growing?: boolean
  readonly fetch: (span: Span, limit: number) => Promise<EventSlice>
}

/** Up to where chunks are planned: the last µs of a recording that is being read may still get events. */
const planned = (durationUs: number, growing: boolean) => (growing ? Math.max(0, durationUs - 1) : durationUs)

/** The longest step of the clock: after a pause of the browser (hidden tab) playback goes on where it was. */
const longestStepMs = 100

/** Plays one recording on a canvas. Lives outside React, which reads `store` and calls the methods. */
export class Player {
  readonly store: StoreApi<PlayerState>
  #sensor: readonly [width: number, height: number]
  #chunks: ChunkStore
  #renderer: EventRenderer | null = null
  #canvas: HTMLCanvasElement | null = null
  #palette: Palette | null = null
  #window: WindowChunks = { chunks: [], complete: false }
  /** Whether the canvas holds a picture. */
  #drawn = false
  #frame = 0
  #before = 0

  constructor(source: PlayerSource) {
    this.#sensor = [source.width, source.height]
    this.store = createStore<PlayerState>(() => ({
      ...initialPlayback(source.durationUs),
      mode: 'count',
      paletteName: 'auto',
      view: 'flat',
      camera: initialCamera,
      box: null,
      region: null,
      regionRate: null,
      pixel: null,
      buffering: false,
      failure: null,
      shown: 0,
      from: -1,
      truncated: false,
    }))
    this.#chunks = this.#fetching(source)
    // The first events are wanted before there is a canvas.
    this.#chunks.window(-1, Math.min(initialPlayback(source.durationUs).time, source.durationUs - 1))
  }

  get sensor(): readonly [width: number, height: number] {
    return this.#sensor
  }

  /** The chunks of the picture that was drawn last, for those who count in it. */
  get chunks(): WindowChunks['chunks'] {
    return this.#window.chunks
  }

  /** The colours in use; null before the first. */
  get palette(): Palette | null {
    return this.#palette
  }

  /** Draws on this canvas, centred in its parent element, from now on. Returns the function that ends it. */
  attach(canvas: HTMLCanvasElement): () => void {
    try {
      this.#renderer = new EventRenderer(canvas, this.#sensor, () => this.redraw())
    } catch (error) {
      this.store.setState({ failure: error instanceof Error ? error.message : String(error) })
      return () => undefined
    }
    this.#canvas = canvas
    this.#drawn = false
    const resized = new ResizeObserver(() => this.#place())
    if (canvas.parentElement) resized.observe(canvas.parentElement)
    this.redraw()
    return () => {
      resized.disconnect()
      cancelAnimationFrame(this.#frame)
      this.#frame = 0
      this.#renderer?.dispose()
      this.#renderer = null
      this.#canvas = null
    }
  }

  /** Colours from now on. */
  paint(palette: Palette): void {
    this.#palette = palette
    this.redraw()
  }

  /**
   * More of the recording is known.
   * @param counts as in PlayerSource
   * @param final the whole recording was read
   */
  grow(durationUs: number, counts: ArrayLike<number>, final = false): void {
    this.store.setState((state) => lengthened(state, durationUs))
    this.#chunks.grow(counts, planned(durationUs, !final), final)
  }

  /**
   * Shows other events of the same recording from now on, before a filter or behind it: time, marks and settings stay, and so does
   * the picture until the new events are here. A region stays where the sensor does.
   */
  replace(source: PlayerSource): void {
    const [width, height] = this.#sensor
    const resized = width !== source.width || height !== source.height
    this.#chunks.close()
    this.#chunks = this.#fetching(source)
    this.#sensor = [source.width, source.height]
    this.store.setState((state) => ({
      ...lengthened(state, source.durationUs),
      failure: null,
      ...(resized && { region: null, pixel: null }),
    }))
    const canvas = this.#canvas
    if (canvas) {
      // What the renderer holds, sums and buffers, is of the events and the sensor before.
      this.#renderer?.dispose()
      this.#renderer = new EventRenderer(canvas, this.#sensor, () => this.redraw())
      if (resized) this.#place()
    }
    this.redraw()
  }

  /** Lets go of the recording. */
  close(): void {
    this.store.setState({ playing: false })
    this.#chunks.close()
  }

  readonly toggle = (): void => this.#set(toggled)
  readonly seek = (time: number): void => this.#set((playback) => sought(playback, time))
  readonly mark = (which: 'in' | 'out', time: number | null): void => this.#set((playback) => marked(playback, which, time))
  readonly orbit = (dYaw: number, dPitch: number, factor = 1): void =>
    this.set({ camera: orbited(this.store.getState().camera, dYaw, dPitch, factor) })
  readonly retry = (): void => {
    this.store.setState({ failure: null })
    this.#chunks.retry()
  }
  readonly set = (change: Partial<PlayerSettings>): void => {
    this.store.setState(change)
    if (change.view !== undefined) this.#place()
    this.redraw()
  }

  /** One window further or back: by the accumulation time, or by the number of events. */
  readonly step = (direction: 1 | -1): void => {
    const state = this.store.getState()
    if (state.accumulateBy === 'time') return this.#set((playback) => stepped(playback, direction))
    const time = direction < 0 ? this.#windowOf(state).from : (this.#chunks.timeAfter(state.time, state.eventCount) ?? state.time)
    this.#set((playback) => ({ ...sought(playback, time), playing: false }))
  }

  /** Shows what another player shows, at a time of its own; the clock is the other's. */
  follow(other: PlayerState, time: number): void {
    const { speed, direction, accumulateBy, accumulation, eventCount, mode, paletteName, view, camera } = other
    const moved = view !== this.store.getState().view
    this.store.setState((state) => ({
      ...sought(state, time),
      ...{ speed, direction, accumulateBy, accumulation, eventCount, mode, paletteName, view, camera, playing: false },
    }))
    if (moved) this.#place()
    this.redraw()
  }

  /**
   * Draws the picture of one point of time now, once all its events are here, and leaves it on the canvas until the next
   * drawing: within the same turn the canvas can be copied.
   */
  async show(time: number, signal?: AbortSignal): Promise<HTMLCanvasElement> {
    this.store.setState((state) => ({ ...sought(state, time), playing: false }))
    for (;;) {
      signal?.throwIfAborted()
      const { failure } = this.store.getState()
      if (failure !== null) throw new Error(failure)
      if (!this.#canvas) throw new Error('The stage was closed.')
      this.#draw(this.store.getState())
      if (this.#window.complete) return this.#canvas
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Draws at the browser's next chance. */
  redraw(): void {
    if (this.#frame !== 0 || this.#renderer === null) return
    this.#before = performance.now()
    this.#frame = requestAnimationFrame(this.#tick)
  }

  #set(change: (playback: Playback) => Playback): void {
    this.store.setState((state) => change(state))
    this.redraw()
  }

  #fetching({ counts, durationUs, growing = false, fetch }: PlayerSource): ChunkStore {
    return new ChunkStore(planChunks(counts, planned(durationUs, growing)), fetch, () => this.redraw())
  }

  #windowOf(state: Playback): { from: number; to: number; complete: boolean } {
    if (state.accumulateBy === 'time') return { ...shownWindow(state), complete: true }
    const { from, complete } = this.#chunks.windowOf(state.time, state.eventCount)
    return { from: Math.max(from, state.time - longestWindow), to: state.time, complete }
  }

  /**
   * Lays the canvas out in its parent. Flat, it has a pixel for each sensor pixel, or for each screen pixel where those are
   * fewer; the page scales it, which costs next to nothing and leaves pixels crisp. The cloud takes all the room there is.
   */
  #place(): void {
    const canvas = this.#canvas
    const parent = canvas?.parentElement
    if (!canvas || !parent || parent.clientWidth === 0) return
    const view = [parent.clientWidth * devicePixelRatio, parent.clientHeight * devicePixelRatio] as const
    const flat = this.store.getState().view === 'flat'
    const box = flat ? letterbox(this.#sensor, view) : { x: 0, y: 0, width: Math.round(view[0]), height: Math.round(view[1]) }
    const css = (value: number) => value / devicePixelRatio
    const placed = { x: css(box.x), y: css(box.y), width: css(box.width), height: css(box.height) }
    Object.assign(canvas.style, { left: `${placed.x}px`, top: `${placed.y}px`, width: `${placed.width}px`, height: `${placed.height}px`, visibility: 'visible' })
    this.store.setState({ box: placed })
    const width = flat ? Math.min(this.#sensor[0], box.width) : box.width
    const height = flat ? Math.min(this.#sensor[1], box.height) : box.height
    if (canvas.width === width && canvas.height === height) return
    canvas.width = width
    canvas.height = height
    this.#drawn = false
    // A canvas is cleared when its size changes: draw in the same turn, or it flashes.
    this.#draw(this.store.getState())
  }

  readonly #tick = (now: number): void => {
    this.#frame = 0
    const state = this.store.getState()
    const next = { ...state, ...advance(state, Math.min(longestStepMs, Math.max(0, now - this.#before))) }
    this.#before = now
    this.#draw(next)
    if (this.store.getState().playing && this.#renderer !== null) this.#frame = requestAnimationFrame(this.#tick)
  }

  #draw(next: PlayerState): void {
    if (this.#renderer === null || this.#palette === null) return
    const window = this.#windowOf(next)
    const { chunks, complete: here } = this.#chunks.window(window.from, window.to, next.direction)
    const complete = here && window.complete
    this.#window = { chunks, complete }
    const failure = this.#chunks.failure
    // While events are missing the clock stands, but what is there is shown.
    const time = complete ? next.time : this.store.getState().playing ? this.store.getState().time : next.time
    let { shown } = next
    try {
      const camera = next.view === 'cloud' ? next.camera : null
      // Where nothing is here yet the picture before stays: better than a flash of emptiness.
      if (chunks.length > 0 || complete || !this.#drawn)
        shown = this.#renderer.draw({ ...window, chunks, mode: next.mode, palette: this.#palette, camera })
      this.#drawn = true
    } catch (error) {
      this.store.setState({ playing: false, failure: error instanceof Error ? error.message : String(error) })
      return
    }
    this.store.setState({
      time,
      playing: next.playing && failure === null,
      shown,
      from: window.from,
      truncated: chunks.some((chunk) => chunk.truncated),
      buffering: !complete && failure === null,
      failure: failure ?? next.failure,
    })
  }
}
