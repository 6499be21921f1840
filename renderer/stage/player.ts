import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EventSlice } from '../../preload/contract/index.ts'
import { ChunkStore, planChunks, type Span } from './chunks.ts'
import type { Palette, PaletteName, Rgb } from './palettes.ts'
import { advance, initialPlayback, shownWindow, sought, stepped, toggled, type Playback } from './playback.ts'
import { EventRenderer, type DisplayMode } from './renderer.ts'

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
  #colors: { palette: Palette; surround: Rgb } | null = null
  #frame = 0
  #before = 0

  constructor(source: PlayerSource) {
    this.#source = source
    this.store = createStore<PlayerState>(() => ({
      ...initialPlayback(source.durationUs), mode: 'count', paletteName: 'auto', buffering: false, failure: null, shown: 0, truncated: false,
    }))
    this.#chunks = new ChunkStore(planChunks(source.counts, source.durationUs), source.fetch, () => this.redraw())
  }

  /** Draws on this canvas from now on. Returns the function that ends it. */
  attach(canvas: HTMLCanvasElement): () => void {
    try {
      this.#renderer = new EventRenderer(canvas, [this.#source.width, this.#source.height], () => this.redraw())
    } catch (error) {
      this.store.setState({ failure: error instanceof Error ? error.message : String(error) })
      return () => undefined
    }
    this.#canvas = canvas
    const resized = new ResizeObserver(() => this.#resize())
    resized.observe(canvas)
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
  paint(palette: Palette, surround: Rgb): void {
    this.#colors = { palette, surround }
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

  #resize(): void {
    const canvas = this.#canvas
    if (!canvas) return
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio))
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
    if (this.#renderer === null || this.#colors === null) return
    const { from, to } = shownWindow(next)
    const { chunks, complete } = this.#chunks.window(from, to)
    const failure = this.#chunks.failure
    // While events are missing the clock stands, but what is there is shown.
    const time = complete ? next.time : this.store.getState().playing ? this.store.getState().time : next.time
    let shown = 0
    try {
      shown = this.#renderer.draw({ from, to, chunks, mode: next.mode, ...this.#colors })
    } catch (error) {
      this.store.setState({ playing: false, failure: error instanceof Error ? error.message : String(error) })
      return
    }
    this.store.setState({
      time, playing: next.playing && failure === null, shown, truncated: chunks.some((chunk) => chunk.slice.truncated),
      buffering: !complete && failure === null, failure: failure ?? next.failure,
    })
  }
}
