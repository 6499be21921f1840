import { createServer, type AddressInfo } from 'node:net'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser } from 'playwright-core'

/** Chromium's flags: no GPU here, so WebGL runs on SwiftShader; nothing of its own goes to the network. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
]

/** A real Chromium, from the npm package. @param debugPort opens it for a second driver (connectOverCDP) */
export async function launchBrowser(debugPort?: number): Promise<Browser> {
  const executablePath = await sparticuz.executablePath()
  return chromium.launch({ executablePath, args: [...flags, ...(debugPort === undefined ? [] : [`--remote-debugging-port=${debugPort}`])] })
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
