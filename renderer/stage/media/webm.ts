/** An encoded picture of a film. */
export interface EncodedPicture {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** ms from the start. */
  readonly at: number
  readonly key: boolean
}

type Bytes = Uint8Array<ArrayBuffer>

function joined(parts: readonly Bytes[]): Bytes {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}

/** Big-endian, at least so many bytes. */
function number(value: number, least = 1): Bytes {
  const bytes: number[] = []
  for (let rest = value; rest > 0 || bytes.length < least; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.from(bytes)
}

/** An EBML element (RFC 8794): id, length in eight bytes, content. */
function element(id: number, ...content: readonly Bytes[]): Bytes {
  const body = joined(content)
  const length = number(body.length, 8)
  length[0] = 0x01
  return joined([number(id), length, body])
}

const text = (value: string): Bytes => new TextEncoder().encode(value)
function float(value: number): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return bytes
}

/**
 * A film of one track as WebM (Matroska, RFC 9559): clusters that begin with a key picture, and cues to seek by.
 * @param pictures in order, the first one a key picture
 * @param durationMs of the whole film
 */
export function webm(
  codec: 'V_VP8' | 'V_VP9',
  width: number,
  height: number,
  pictures: readonly EncodedPicture[],
  durationMs: number,
): Blob {
  const header = element(
    0x1a45dfa3,
    element(0x4286, number(1)),
    element(0x42f7, number(1)),
    element(0x42f2, number(4)),
    element(0x42f3, number(8)),
    element(0x4282, text('webm')),
    element(0x4287, number(4)),
    element(0x4285, number(2)),
  )
  const info = element(
    0x1549a966,
    element(0x2ad7b1, number(1_000_000)), // one tick is a millisecond
    element(0x4489, float(durationMs)),
    element(0x4d80, text('Saccade')),
    element(0x5741, text('Saccade')),
  )
  const video = element(0xe0, element(0xb0, number(width)), element(0xba, number(height)))
  const track = element(
    0xae,
    element(0xd7, number(1)),
    element(0x73c5, number(1)),
    element(0x83, number(1)),
    element(0x9c, number(0)),
    element(0x86, text(codec)),
    video,
  )
  const before = [info, element(0x1654ae6b, track)]
  const clusters: Bytes[] = []
  const cues: Bytes[] = []
  let position = before.reduce((sum, part) => sum + part.length, 0)
  for (const group of groups(pictures)) {
    const start = Math.round(group[0]!.at)
    const blocks = group.map(({ bytes, at, key }) =>
      // Track 1, ticks since the cluster's start, flags.
      element(0xa3, Uint8Array.of(0x81, ...number(Math.round(at) - start, 2), key ? 0x80 : 0), bytes),
    )
    const cluster = element(0x1f43b675, element(0xe7, number(start)), ...blocks)
    cues.push(element(0xbb, element(0xb3, number(start)), element(0xb7, element(0xf7, number(1)), element(0xf1, number(position)))))
    clusters.push(cluster)
    position += cluster.length
  }
  return new Blob([header, element(0x18538067, ...before, ...clusters, element(0x1c53bb6b, ...cues))], { type: 'video/webm' })
}

/** Cut before each key picture. A cluster's ticks have 15 bits: key pictures must come at least every 32 s. */
function groups(pictures: readonly EncodedPicture[]): EncodedPicture[][] {
  const result: EncodedPicture[][] = []
  for (const picture of pictures) {
    if (picture.key || result.length === 0) result.push([])
    result.at(-1)!.push(picture)
  }
  return result
}
