import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** How this machine reaches the internet. */
export interface NetworkSettings {
  /** For https; null for a direct connection. */
  readonly httpsProxy: string | null
  readonly httpProxy: string | null
  /** Hosts and domains that are reached directly. */
  readonly noProxy: readonly string[]
  /** Further certificates to trust, PEM. */
  readonly ca: string | undefined
}

/**
 * The proxy and certificates that npm is configured with here: its environment variables, then the user's .npmrc, as npm itself
 * looks (https://docs.npmjs.com/cli/using-npm/config). strict-ssl=false is not taken over: checksums come over the same line.
 */
export function npmNetworkSettings(env: NodeJS.ProcessEnv = process.env): NetworkSettings {
  const file = npmrc(env['npm_config_userconfig'] ?? env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc'), env)
  const setting = (name: string): string | undefined => {
    const variable = `npm_config_${name.replaceAll('-', '_')}`
    const value = env[variable] ?? env[variable.toUpperCase()] ?? file.get(name)
    return value === undefined || value === '' || value === 'null' || value === 'false' ? undefined : value
  }
  const httpProxy = setting('proxy') ?? env['HTTP_PROXY'] ?? env['http_proxy']
  const httpsProxy = setting('https-proxy') ?? env['HTTPS_PROXY'] ?? env['https_proxy'] ?? httpProxy
  const cafile = setting('cafile')
  return {
    httpsProxy: httpsProxy || null,
    httpProxy: httpProxy || null,
    noProxy: (setting('noproxy') ?? env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(',').map((host) => host.trim()).filter((host) => host !== ''),
    ca: cafile === undefined ? undefined : read(cafile),
  }
}

/** The proxy for an address; null for a direct connection. */
export function proxyFor({ protocol, hostname }: URL, settings: NetworkSettings): URL | null {
  const host = hostname.toLowerCase()
  const direct = settings.noProxy.some((entry) => {
    const domain = entry.toLowerCase().replace(/^\*?\./, '')
    return domain === '*' || host === domain || host.endsWith(`.${domain}`)
  })
  const proxy = protocol === 'https:' ? settings.httpsProxy : settings.httpProxy
  return direct || proxy === null ? null : new URL(/^https?:\/\//.test(proxy) ? proxy : `http://${proxy}`)
}

/** name=value lines; ${NAME} stands for an environment variable. */
function npmrc(path: string, env: NodeJS.ProcessEnv): Map<string, string> {
  const lines = (read(path) ?? '').split('\n').map((line) => line.trim())
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      if (at < 1 || line.startsWith(';') || line.startsWith('#')) return []
      const value = line.slice(at + 1).trim().replace(/^"(.*)"$/, '$1')
      return [[line.slice(0, at).trim(), value.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole)]]
    }),
  )
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
