export type RemoteAddress = { readonly url: string; readonly plain: boolean } | { readonly problem: string }

/**
 * The address that a server printed: http(s)://HOST:PORT/#token=...
 * `plain`: without TLS, and beyond this machine.
 */
export function readRemoteAddress(text: string): RemoteAddress {
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return {
      problem: 'Give the whole address that the server printed: it begins with http:// or https://.',
    }
  }
  const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? ''
  if (!/^[\w-]{16,}$/.test(token))
    return {
      problem: 'The access token is missing: the address that the server printed ends in #token=…',
    }
  const here = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)
  return {
    url: `${url.origin}/#token=${token}`,
    plain: url.protocol === 'http:' && !here,
  }
}
