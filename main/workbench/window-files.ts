import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/**
 * What the built window may do: run our own scripts, no others (no inline script, no eval), talk to its own workbench, load
 * nothing from elsewhere, be framed by nobody. Styles may stand inline: Mantine writes its theme's variables that way.
 * @param connect further sources of connections, e.g. the WebSocket's address
 */
export function windowHeaders(connect: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  }
}

export interface WindowFile {
  readonly status: 200 | 404
  readonly headers: Record<string, string>
  readonly body: Uint8Array<ArrayBuffer>
}

/**
 * A file of the built window (out/renderer). "/" is index.html; nothing outside `folder` is ever read.
 * @param pathname of the address, still percent-encoded
 */
export async function windowFile(folder: string, pathname: string, connect: readonly string[] = []): Promise<WindowFile> {
  const missing = {
    status: 404,
    headers: { ...windowHeaders(connect), 'content-type': 'text/plain; charset=utf-8' },
    body: new TextEncoder().encode('Not found.'),
  } as const
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return missing
  }
  const path = join(resolve(folder), name.endsWith('/') ? `${name}index.html` : name)
  const type = types[extname(path)]
  if (!path.startsWith(resolve(folder) + sep) || name.includes('\0') || !type) return missing
  try {
    const body = new Uint8Array(await readFile(path))
    // Bundled files carry a hash of their content in their name; the page itself doesn't.
    const cache = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    return { status: 200, headers: { ...windowHeaders(connect), 'content-type': type, 'cache-control': cache }, body }
  } catch {
    return missing
  }
}
