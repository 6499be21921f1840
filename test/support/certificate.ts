import { generateKeyPairSync, sign } from 'node:crypto'

const der = (tag: number, ...parts: (Buffer | readonly number[])[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const [sequence, set, utf8, time] = [0x30, 0x31, 0x0c, 0x17]
/** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 */
const algorithm = der(sequence, der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
const pem = (kind: string, bytes: Buffer): string =>
  `-----BEGIN ${kind}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${kind}-----\n`

/** A certificate for a name, signed by itself (RFC 5280; P-256), and its key, both PEM. */
export function selfSigned(name: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  })
  const named = der(sequence, der(set, der(sequence, der(0x06, [0x55, 0x04, 0x03]), der(utf8, Buffer.from(name)))))
  const validity = der(sequence, der(time, Buffer.from('200101000000Z')), der(time, Buffer.from('491231235959Z')))
  const alternative = der(sequence, der(0x06, [0x55, 0x1d, 0x11]), der(0x04, der(sequence, der(0x82, Buffer.from(name)))))
  const content = der(
    sequence,
    der(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    algorithm,
    named,
    validity,
    named,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(sequence, alternative)),
  )
  const certificate = der(sequence, content, algorithm, der(0x03, [0], sign('sha256', content, privateKey)))
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
