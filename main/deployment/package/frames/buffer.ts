/** Bytes with the methods of Node's Buffer that readers of recordings use. */
class Bytes extends Uint8Array {
  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, i) => byte === other[i])
  }

  /** Of a byte, a text (latin1) or bytes; -1 where there is none. */
  override indexOf(value: number | string | Uint8Array, from = 0): number {
    if (typeof value === 'number') return super.indexOf(value, from)
    const wanted = typeof value === 'string' ? ofText(value, 'latin1') : value
    for (let at = super.indexOf(wanted[0] ?? -1, from); at >= 0; at = super.indexOf(wanted[0] ?? -1, at + 1)) {
      let same = 1
      while (same < wanted.length && this[at + same] === wanted[same]) same++
      if (same >= wanted.length) return at
    }
    return -1
  }

  override toString(encoding = 'utf8', start = 0, end = this.length): string {
    const part = this.subarray(start, end)
    if (encoding !== 'latin1') return new TextDecoder().decode(part)
    let text = ''
    // As arguments of a call: few enough for every engine.
    for (let at = 0; at < part.length; at += 8192) text += String.fromCharCode(...part.subarray(at, at + 8192))
    return text
  }
}

/** What readers of recordings use of Node's Buffer, for frames.js: it runs in browsers too. */
export const Buffer = {
  /** As Node's: memory is shared with an ArrayBuffer, and copied from all else. */
  from(value: ArrayBuffer | ArrayLike<number> | string, encodingOrOffset?: string | number, length?: number): Bytes {
    if (typeof value === 'string') return ofText(value, encodingOrOffset)
    return 'length' in value ? new Bytes(value) : new Bytes(value, Number(encodingOrOffset ?? 0), length)
  },

  alloc: (length: number): Bytes => new Bytes(length),

  concat(parts: readonly Uint8Array[]): Bytes {
    const whole = new Bytes(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  },
}

function ofText(text: string, encoding: unknown): Bytes {
  if (encoding === 'base64') return ofText(atob(text), 'latin1')
  return new Bytes(encoding === 'latin1' ? Array.from(text, (character) => character.charCodeAt(0)) : new TextEncoder().encode(text))
}
