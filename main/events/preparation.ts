import { loadHdf5, missedHdf5 } from './formats/hdf5/library.ts'

/**
 * Does work that opens recordings. Some are read by a library that can only be loaded asynchronously, while recordings are
 * opened synchronously: work that met such a recording first is done again once the library is there. That is once in a thread,
 * and never where there is no such recording.
 */
export async function prepared<T>(work: () => T | Promise<T>): Promise<T> {
  const missed = missedHdf5()
  try {
    const result = await work()
    if (missedHdf5() === missed) return result
  } catch (error) {
    if (missedHdf5() === missed) throw error
  }
  await loadHdf5()
  return work()
}
