import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { root } from './cli.ts'

/** Loads axe into a page; it stays until the page is loaded anew. */
export async function withAxe(page: Page): Promise<void> {
  await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'))
}

/** What axe finds, each with the element. @param rules only these, or all */
export function axe(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = rules === undefined ? '{}' : JSON.stringify({ runOnly: rules })
  return page.evaluate(
    `axe.run(${options}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => id + ' ' + html.slice(0, 200) + ' ' + (any[0]?.message ?? ''))))`,
  )
}
