import type { RecordingWriter } from './writer.ts'

/** Text is handed on in pieces of about this many characters. */
const PIECE = 1 << 16

/** Text: "%geometry:W,H", then "t,x,y,p" and a line for each event; times in µs. */
export const csvWriter: RecordingWriter = {
  id: 'csv',
  name: 'CSV (t,x,y,p)',
  extension: '.csv',
  write(recording, sink) {
    let text = `%geometry:${recording.width},${recording.height}\nt,x,y,p\n`
    let before = 0
    for (const { length, t, x, y, p } of recording.batches()) {
      for (let i = 0; i < length; i++) {
        if (!Number.isSafeInteger(t[i])) throw new RangeError(`event ${before + i}: text is written with whole µs, not ${t[i]}`)
        text += `${t[i]!},${x[i]!},${y[i]!},${p[i]!}\n`
        if (text.length < PIECE) continue
        sink.append(Buffer.from(text, 'latin1'))
        text = ''
      }
      before += length
    }
    sink.append(Buffer.from(text, 'latin1'))
  },
}
