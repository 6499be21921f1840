/** Events in the order of the file: t in microseconds, x and y in pixels from the upper left, p 1 where ON; sensor [height, width]. */
export interface Events {
  readonly batch: { readonly length: number; readonly t: Float64Array; readonly x: Uint16Array; readonly y: Uint16Array; readonly p: Uint8Array }
  readonly sensor: readonly [number, number]
}

/** What model.json says of the input, as it stands there. */
export interface Input {
  readonly framing: object
  readonly filters: readonly object[]
  readonly shape: readonly number[]
  readonly normalization?: unknown
}

/**
 * Reads a recording of any format that Saccade reads: AEDAT 1 to 4, Prophesee RAW (EVT 2, 2.1, 3) and DAT, Event Stream, N-MNIST, NumPy,
 * MATLAB, CSV; HDF5 with the package h5wasm.
 * @throws Error that says what the file is and what to do, where it can't be read
 */
export function readRecording(name: string, bytes: Uint8Array): Promise<Events>

/**
 * Frames [T, 2, H, W] by the model's own filters and framing rule; channel 0 OFF, channel 1 ON.
 * @param cut only the events with start <= t < end, in microseconds as they stand in the file
 * @throws Error where no event is left, or the recording's sensor is not the model's
 */
export function framesOf(events: Events, model: Input, cut?: readonly [number, number]): Float32Array
