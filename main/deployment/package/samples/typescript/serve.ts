/**
 * Serves this package to a browser on this machine: npm install onnxruntime-web, node serve.ts [PORT]     (Node 24 or later)
 * TypeScript goes out without its types. A page of your own would go through a bundler instead.
 */
import { readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, sep } from 'node:path'

const root = realpathSync(join(import.meta.dirname, '..', '..'))
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.ts': 'text/javascript', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm',
}

/** The bytes of a file of the package; undefined where there is none. */
function content(path: string): string | Buffer | undefined {
  const file = join(root, decodeURIComponent(path))
  if (!file.startsWith(root + sep)) return undefined
  try {
    return extname(file) === '.ts' ? stripTypeScriptTypes(readFileSync(file, 'utf8')) : readFileSync(file)
  } catch {
    return undefined
  }
}

const server = createServer(({ url = '/' }, response) => {
  const { pathname } = new URL(url, 'http://localhost')
  if (pathname === '/') return response.writeHead(302, { location: '/samples/typescript/index.html' }).end()
  const found = content(pathname)
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': types[extname(pathname)] ?? 'application/octet-stream' }).end(found)
})
server.listen(Number(process.argv[2] ?? 8000), '127.0.0.1', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : ''}/`)
})
