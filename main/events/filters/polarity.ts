import { selecting, type EventFilter } from './filter.ts'

/** Only ON or only OFF events; or all of them, as ON (merge) or with ON and OFF exchanged (swap). */
export const polarity: EventFilter<'polarity'> = {
  begin({ keep }, { sensor }) {
    if (keep === 'merge' || keep === 'swap') {
      let p = new Uint8Array(0)
      return {
        sensor,
        next(batch) {
          if (batch.length > p.length) p = new Uint8Array(batch.length)
          if (keep === 'merge') p.fill(1)
          else for (let i = 0; i < batch.length; i++) p[i] = batch.p[i]! ^ 1
          return { ...batch, p: p.subarray(0, batch.length) }
        },
      }
    }
    const wanted = keep === 'on' ? 1 : 0
    return selecting(sensor, ({ length, p }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        kept[count] = i
        count += p[i] === wanted ? 1 : 0
      }
      return count
    })
  },
}
