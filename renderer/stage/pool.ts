import type { Chunk } from './chunks.ts'
import { rangeOf } from './packed.ts'

/** A place in the buffer, in events. */
export interface Place {
  readonly start: number
  readonly size: number
}

/** Where chunks lie in one buffer. Plain bookkeeping, without the graphics. */
export class Places<K> {
  readonly #places = new Map<K, Place>()
  #capacity: number
  /** Where the last one ended: playing on, neighbours in time become neighbours in the buffer. */
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get capacity(): number {
    return this.#capacity
  }

  get(key: K): Place | undefined {
    return this.#places.get(key)
  }

  /** Starts over with another capacity. */
  reset(capacity: number): void {
    this.#places.clear()
    this.#capacity = capacity
    this.#next = 0
  }

  /** A free place of that size, beside the last one if there is room; those not in `keep` make way, the oldest first. null: no room. */
  add(key: K, size: number, keep: ReadonlySet<K>): Place | null {
    const victims = [...this.#places.keys()].filter((other) => !keep.has(other))
    for (;;) {
      const start = this.#free(size)
      if (start !== null) {
        const place = { start, size }
        this.#places.set(key, place)
        this.#next = start + size
        return place
      }
      const victim = victims.shift()
      if (victim === undefined) return null
      this.#places.delete(victim)
    }
  }

  #free(size: number): number | null {
    const taken = [...this.#places.values()].sort((a, b) => a.start - b.start)
    const gaps: Place[] = []
    let end = 0
    for (const { start, size: length } of [...taken, { start: this.#capacity, size: 0 }]) {
      if (start - end >= size) gaps.push({ start: end, size: start - end })
      end = Math.max(end, start + length)
    }
    return (gaps.find(({ start }) => start === this.#next) ?? gaps.find(({ start }) => start > this.#next) ?? gaps[0])?.start ?? null
  }
}

/** First event and count of each run to draw, runs that touch made one. Their order means nothing to the picture. */
export function mergeRuns(runs: readonly (readonly [first: number, count: number])[]): [number, number][] {
  const merged: [number, number][] = []
  for (const [first, count] of runs.filter((run) => run[1] > 0).toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && last[0] + last[1] === first) last[1] += count
    else merged.push([first, count])
  }
  return merged
}

const bytesPerEvent = 8
/** The buffer starts with room for this many events and doubles as more are shown at once. */
const firstCapacity = 1 << 21

/** Events on the GPU: one buffer of packed events, bound once, from which any window is drawn with one call. */
export class EventPool {
  readonly #gl: WebGL2RenderingContext
  readonly #places = new Places<Chunk>(0)
  readonly #many: WEBGL_multi_draw | null
  readonly #vertices: WebGLVertexArrayObject
  #buffer: WebGLBuffer | null = null

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl
    this.#many = gl.getExtension('WEBGL_multi_draw')
    this.#vertices = gl.createVertexArray()
  }

  /** Draws the events from < t <= to as points, with the program in use. Returns how many. */
  draw(chunks: readonly Chunk[], from: number, to: number): number {
    const gl = this.#gl
    this.#hold(chunks)
    const runs = chunks.map((chunk): [number, number] => {
      const [first, end] = rangeOf(chunk, from, to)
      return [(this.#places.get(chunk)?.start ?? 0) + first, end - first]
    })
    const merged = mergeRuns(runs)
    gl.bindVertexArray(this.#vertices)
    const only = merged[0]
    if (only && merged.length === 1) gl.drawArrays(gl.POINTS, only[0], only[1])
    else if (only && this.#many) {
      const firsts = Int32Array.from(merged, ([first]) => first)
      const counts = Int32Array.from(merged, ([, count]) => count)
      this.#many.multiDrawArraysWEBGL(gl.POINTS, firsts, 0, counts, 0, merged.length)
    } else for (const [first, count] of merged) gl.drawArrays(gl.POINTS, first, count)
    return runs.reduce((sum, [, count]) => sum + count, 0)
  }

  dispose(): void {
    this.#gl.deleteBuffer(this.#buffer)
    this.#gl.deleteVertexArray(this.#vertices)
  }

  /** Brings what is missing into the buffer. */
  #hold(chunks: readonly Chunk[]): void {
    const shown = new Set(chunks)
    const missing = chunks.filter((chunk) => !this.#places.get(chunk))
    if (missing.length === 0) return
    const needed = chunks.reduce((sum, chunk) => sum + chunk.events.length / 2, 0)
    if (needed > this.#places.capacity) this.#grow(needed)
    else if (missing.every((chunk) => this.#put(chunk, shown))) return
    // Grown, or free but scattered: everything shown is laid out anew.
    this.#places.reset(this.#places.capacity)
    for (const chunk of chunks) this.#put(chunk, shown)
  }

  #put(chunk: Chunk, shown: ReadonlySet<Chunk>): boolean {
    if (this.#places.get(chunk)) return true
    const gl = this.#gl
    const place = this.#places.add(chunk, chunk.events.length / 2, shown)
    if (!place) return false
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer)
    gl.bufferSubData(gl.ARRAY_BUFFER, place.start * bytesPerEvent, chunk.events)
    return true
  }

  #grow(needed: number): void {
    const gl = this.#gl
    const capacity = Math.max(firstCapacity, 2 ** Math.ceil(Math.log2(needed)))
    gl.deleteBuffer(this.#buffer)
    this.#buffer = gl.createBuffer()
    gl.bindVertexArray(this.#vertices)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer)
    gl.bufferData(gl.ARRAY_BUFFER, capacity * bytesPerEvent, gl.DYNAMIC_DRAW)
    gl.enableVertexAttribArray(0)
    gl.vertexAttribIPointer(0, 2, gl.UNSIGNED_INT, bytesPerEvent, 0)
    this.#places.reset(capacity)
  }
}
