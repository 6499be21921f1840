import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EventSlice } from '../../preload/contract/index.ts'
import type { DisplayMode } from './accumulate.ts'
import { ChunkStore, planChunks, type Span } from './chunks.ts'
import { letterbox } from './layout.ts'
import type { Palette, PaletteName } from './palettes.ts'
import { advance, initialPlayback, shownWindow, sought, stepped, toggled, type Playback } from './playback.ts'
import { EventRenderer } from './renderer.ts'

export interface PlayerState extends Playback {
  readonly mode: DisplayMode
  readonly paletteName: PaletteName
  /** Waits for events that are not here yet. */
  readonly buffering: boolean
  /** Why events could not be fetched or drawn. */
  readonly failure: string | null
  /** Events on the stage. */
  readonly shown: number
  /** Whether the workbench cut a stretch short that held more events than one answer may. */
  readonly truncated: boolean
}

/** What a player needs of a recording. */
export interface PlayerSource {
  readonly width: number
  readonly height: number
  readonly durationUs: number
  /** Events per bin of equal duration, both polarities. */
  readonly counts: ArrayLike<number>
  readonly fetch: (span: Span, limit: number) => Promise<EventSlice>
}

/** The longest step of the clock: after a pause of the browser (hidden tab) playback goes on where it was. */
const longestStepMs = 100

/** Plays one recording on a canvas. Lives outside React, which reads `store` and calls the methods. */
export class Player {
  readonly store: StoreApi<PlayerState>
  readonly #source: PlayerSource
  readonly #chunks: ChunkStore
  #renderer: EventRenderer | null = null
  #canvas: HTMLCanvasElement | null = null
  #palette: Palette | null = null
  #frame = 0
  #before = 0

  constructor(source: PlayerSource) {
    this.#source = source
    this.store = createStore<PlayerState>(() => ({
      ...initialPlayback(source.durationUs),
      mode: 'count',
      paletteName: 'auto',
      buffering: false,
      failure: null,
      shown: 0,
      truncated: false,
    }))
    this.#chunks = new ChunkStore(planChunks(source.counts, source.durationUs), source.fetch, () => this.redraw())
  }

  /** Draws on this canvas, centred in its parent element, from now on. Returns the function that ends it. */
  attach(canvas: HTMLCanvasElement): () => void {
    try {
      this.#renderer = new EventRenderer(canvas, [this.#source.width, this.#source.height], () => this.redraw())
    } catch (error) {
      this.store.setState({ failure: error instanceof Error ? error.message : String(error) })
      return () => undefined
    }
    this.#canvas = canvas
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

  /** Lets go of the recording. */
  close(): void {
    this.store.setState({ playing: false })
    this.#chunks.close()
  }

  readonly toggle = (): void => this.#set(toggled)
  readonly seek = (time: number): void => this.#set((playback) => sought(playback, time))
  readonly step = (direction: 1 | -1): void => this.#set((playback) => stepped(playback, direction))
  readonly retry = (): void => {
    this.store.setState({ failure: null })
    this.#chunks.retry()
  }
  readonly set = (change: Partial<Pick<PlayerState, 'playing' | 'speed' | 'accumulation' | 'loop' | 'mode' | 'paletteName'>>): void => {
    this.store.setState(change)
    this.redraw()
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

  /**
   * Lays the canvas out in its parent. It has a pixel for each sensor pixel, or for each screen pixel where those are fewer;
   * the page scales it, which costs next to nothing and leaves pixels crisp.
   */
  #place(): void {
    const canvas = this.#canvas
    const parent = canvas?.parentElement
    if (!canvas || !parent || parent.clientWidth === 0) return
    const { width: sensorWidth, height: sensorHeight } = this.#source
    const box = letterbox([sensorWidth, sensorHeight], [parent.clientWidth * devicePixelRatio, parent.clientHeight * devicePixelRatio])
    for (const [property, value] of [
      ['left', box.x],
      ['top', box.y],
      ['width', box.width],
      ['height', box.height],
    ] as const) {
      canvas.style[property] = `${value / devicePixelRatio}px`
    }
    const width = Math.min(sensorWidth, box.width)
    const height = Math.min(sensorHeight, box.height)
    if (canvas.width === width && canvas.height === height) return
    canvas.width = width
    canvas.height = height
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
    const { from, to } = shownWindow(next)
    const { chunks, complete } = this.#chunks.window(from, to)
    const failure = this.#chunks.failure
    // While events are missing the clock stands, but what is there is shown.
    const time = complete ? next.time : this.store.getState().playing ? this.store.getState().time : next.time
    let shown = 0
    try {
      shown = this.#renderer.draw({ from, to, chunks, mode: next.mode, palette: this.#palette })
    } catch (error) {
      this.store.setState({ playing: false, failure: error instanceof Error ? error.message : String(error) })
      return
    }
    this.store.setState({
      time,
      playing: next.playing && failure === null,
      shown,
      truncated: chunks.some((chunk) => chunk.slice.truncated),
      buffering: !complete && failure === null,
      failure: failure ?? next.failure,
    })
  }
}
