/*
 * N-MNIST, N-Caltech101 and SLAYER's .bs2: no header, 5 bytes an event, big-endian: x, y, polarity (bit 7) and 23 bits of µs.
 * Sources: gorchard/event-Python eventvision.py read_dataset; bamsumit/slayerPytorch spikeFileIO.py.
 */
export const RECORD = 5
/** A record with this y is no event: all later times are OVERFLOW µs later. */
export const OVERFLOW_ROW = 240
export const OVERFLOW = 8192
export const TIME_RANGE = 2 ** 23
