/** Every dialog that a page opens: by axe, by Tab, and by Esc, which gives the focus back to where it came from. */
import type { Locator, Page } from 'playwright-core'
import { axe } from '../support/axe.ts'

export interface Opener {
  /** Fit for a file name. */
  readonly name: string
  /** Of the place it is opened on. */
  readonly on: string
  /** The button that opens it, or the key. */
  readonly by: string | RegExp | { readonly key: string }
  /** The dialog's title. */
  readonly dialog: string | RegExp
}

/** Those that open in one step. */
export const openers: readonly Opener[] = [
  { name: 'palette', on: 'recordings', by: { key: 'Control+k' }, dialog: 'Command palette' },
  { name: 'shortcuts', on: 'recordings', by: 'Keyboard shortcuts', dialog: 'Keyboard shortcuts' },
  { name: 'file-picker', on: 'recordings', by: /^Open…$|^Open\.\.\.$/, dialog: /recording/i },
  { name: 'stage-export', on: 'recording', by: 'Save this part, picture or film', dialog: 'Save from the stage' },
  { name: 'export', on: 'model', by: 'Export a run', dialog: 'Export a run' },
  { name: 'weights', on: 'model', by: 'Open weights…', dialog: 'Open weights' },
  { name: 'watch', on: 'library', by: 'Watch a folder', dialog: 'Watch a folder' },
  { name: 'report', on: 'analysis-fisher', by: /report/i, dialog: /^Report of/ },
  { name: 'confirm', on: 'run', by: 'Remove', dialog: /\?$|remove/i },
]

const focused = (within: Locator): Promise<boolean> => within.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))

/** Waits until something is so; false where it does not come. */
export async function comes(fact: () => Promise<boolean>, page: Page, tries = 40): Promise<boolean> {
  for (let i = 0; i < tries; i++) {
    if (await fact()) return true
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 25))))
  }
  return false
}

interface Look {
  /** Taken while it is open. */
  readonly shot?: () => Promise<void>
  /** So many Tabs at most must stay in it. */
  readonly tabs?: number
}

/** Opens a dialog, looks at it, and closes it with Esc. */
export async function dialogFaults(page: Page, { name, by, dialog }: Opener, { shot, tabs = 60 }: Look = {}): Promise<string[]> {
  const found: string[] = []
  const say = (what: string): void => void found.push(`dialog ${name}: ${what}`)
  const opener = typeof by === 'object' && 'key' in by ? page.locator('#main') : page.getByRole('button', { name: by, exact: typeof by === 'string' }).first()
  await opener.focus()
  await page.keyboard.press(typeof by === 'object' && 'key' in by ? by.key : 'Enter')
  const box = page.getByRole('dialog', { name: dialog })
  await box.waitFor({ timeout: 5000 }).catch(() => say('does not open by key, or has another title'))
  if (found.length > 0) return found
  if (!(await comes(() => focused(box), page))) say('the focus is not in it')
  // What it asks the workbench for may still turn a button on.
  let faults: string[] = []
  await comes(async () => (faults = await axe(page)).length === 0, page, 4)
  faults.forEach(say)
  await shot?.()
  const many = await box.locator('a, button, input, select, textarea').count()
  for (let step = 0; step < Math.min(many + 2, tabs); step++) {
    await page.keyboard.press('Tab')
    // Guards at its ends hold the focus for a moment.
    if (await comes(() => focused(box), page, 10)) continue
    say(`Tab leaves it at step ${step + 1}`)
    break
  }
  await page.keyboard.press('Escape')
  // The first may close what a field opened, or an explanation.
  if (!(await comes(async () => (await box.count()) === 0, page, 20))) await page.keyboard.press('Escape')
  if (!(await comes(async () => (await box.count()) === 0, page))) say('Esc does not close it')
  else if (!(await comes(() => opener.evaluate((element) => element === document.activeElement), page))) say('the focus does not go back to where it came from')
  return found
}
