/** What arrows, Enter and Esc do in each kind of control that has more than one part. */
import type { Locator, Page } from 'playwright-core'
import { comes } from './dialogs.ts'

const isFocused = (element: Locator): Promise<boolean> => element.evaluate((one) => one === document.activeElement)
const label = (element: Locator): Promise<string> =>
  element.evaluate((one) => (one.getAttribute('aria-label') ?? one.closest('[role="radiogroup"], [role="tablist"]')?.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40) || one.outerHTML.slice(0, 80))

/** Visible ones that can be used. */
async function usable(all: Locator): Promise<Locator[]> {
  const found: Locator[] = []
  for (const one of await all.all()) if (await one.evaluate((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled, [aria-disabled="true"], [data-disabled]') && element.closest('[inert], fieldset:disabled') === null)) found.push(one)
  return found
}

/** From the chosen tab to another one and back. */
async function tabs(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const list of await usable(page.locator('main [role="tablist"]'))) {
    const chosen = list.locator('[role="tab"][aria-selected="true"]').first()
    if ((await list.locator('[role="tab"]:not(:disabled)').count()) < 2) continue
    await chosen.focus()
    const before = await chosen.textContent()
    await page.keyboard.press('ArrowRight')
    const moved = await page.evaluate((text) => document.activeElement?.getAttribute('role') === 'tab' && document.activeElement.textContent !== text, before)
    if (!moved) found.push(`arrows do not move in the tabs of ${before}`)
    await page.keyboard.press('ArrowLeft')
  }
  return found
}

/** Arrows choose the next one, and back. */
async function radios(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const chosen of await usable(page.locator('main input[type="radio"]:checked'))) {
    const name = await chosen.getAttribute('name')
    const others = page.locator(`main input[type="radio"][name="${name}"]:not(:checked):not(:disabled)`)
    if ((await others.count()) === 0) continue
    await chosen.focus()
    const value = await chosen.inputValue()
    await page.keyboard.press('ArrowDown')
    const now = () => page.locator(`input[type="radio"][name="${name}"]:checked`).first().inputValue({ timeout: 1000 }).catch(() => value)
    if (!(await comes(async () => (await now()) !== value, page))) found.push(`arrows do not choose in ${await label(chosen)}`)
    await page.keyboard.press('ArrowUp')
    if (!(await comes(async () => (await now()) === value, page))) found.push(`arrows do not come back to ${value}`)
  }
  return found
}

/** Enter opens it, arrows move in it, Esc closes it and gives the focus back. */
async function menus(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const button of (await usable(page.locator('main button[aria-haspopup="menu"]'))).slice(0, 8)) {
    const name = await label(button)
    await button.focus()
    await page.keyboard.press('Enter')
    const items = page.locator('[role="menu"]:visible [role="menuitem"]')
    if (!(await comes(async () => (await items.count()) > 0, page))) {
      found.push(`Enter does not open the menu ${name}`)
      continue
    }
    // It takes the focus once it is drawn: an arrow before that is the button's.
    await comes(() => page.evaluate(() => document.activeElement?.closest('[role="menu"]') !== null), page)
    await page.keyboard.press('ArrowDown')
    if (!(await comes(() => page.evaluate(() => document.activeElement?.getAttribute('role') === 'menuitem'), page))) found.push(`arrows do not reach the items of the menu ${name}`)
    await page.keyboard.press('Escape')
    if (!(await comes(async () => (await items.count()) === 0, page))) found.push(`Esc does not close the menu ${name}`)
    else if (!(await comes(() => isFocused(button), page))) found.push(`the focus does not go back to the menu ${name}`)
  }
  return found
}

/** An arrow opens it and says which option is meant; Esc closes it and leaves the choice as it was. */
async function listboxes(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const field of (await usable(page.locator('main input[aria-haspopup="listbox"]'))).slice(0, 8)) {
    const name = await label(field)
    const value = await field.inputValue()
    await field.focus()
    await page.keyboard.press('ArrowDown')
    if (!(await comes(async () => (await field.getAttribute('aria-expanded')) === 'true', page))) {
      found.push(`an arrow does not open the list ${name}`)
      continue
    }
    await page.keyboard.press('ArrowDown')
    const options = page.locator('[role="listbox"]:visible [role="option"]:not([data-combobox-disabled])')
    if ((await options.count()) > 0 && !(await comes(async () => (await field.getAttribute('aria-activedescendant')) !== null, page))) found.push(`arrows name no option of the list ${name}`)
    await page.keyboard.press('Escape')
    if (!(await comes(async () => (await field.getAttribute('aria-expanded')) !== 'true', page))) found.push(`Esc does not close the list ${name}`)
    if ((await field.inputValue()) !== value) found.push(`looking through the list ${name} changes it`)
  }
  return found
}

/** An arrow moves it, the other one moves it back; it has a name and bounds. */
async function sliders(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const slider of await usable(page.locator('main [role="slider"]'))) {
    const name = await label(slider)
    const at = () => slider.getAttribute('aria-valuenow')
    const [now, least, most] = [await at(), await slider.getAttribute('aria-valuemin'), await slider.getAttribute('aria-valuemax')]
    if (now === null || least === null || most === null) found.push(`the slider ${name} has no value or bounds`)
    if (least === most) continue
    const [there, back] = now === most ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft']
    await slider.focus()
    await page.keyboard.press(there)
    if (!(await comes(async () => (await at()) !== now, page))) found.push(`arrows do not move the slider ${name}`)
    await page.keyboard.press(back)
  }
  return found
}

/** Rows that can be clicked have something in them, or are something, that has the focus and is opened with Enter. */
function rows(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main tr')]
      .filter((row) => getComputedStyle(row).cursor === 'pointer' && row.tabIndex < 0 && row.querySelector('a[href], button, input') === null)
      .map((row) => `a row for the mouse alone: ${(row.textContent ?? '').slice(0, 50)}`),
  )
}

/** Progress has a name and a value between its bounds, or none where it is not known. */
function progress(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[role="progressbar"], progress')].flatMap((bar) => {
      const name = bar.getAttribute('aria-label') ?? (bar.getAttribute('aria-labelledby') === null ? null : '')
      const now = bar.getAttribute('aria-valuenow')
      const within = now === null || (Number(now) >= Number(bar.getAttribute('aria-valuemin') ?? 0) && Number(now) <= Number(bar.getAttribute('aria-valuemax') ?? 100))
      return [...(name === null ? [`progress without a name: ${bar.outerHTML.slice(0, 80)}`] : []), ...(within ? [] : [`progress out of its bounds: ${bar.outerHTML.slice(0, 120)}`])]
    }),
  )
}

/** Everything of a page that arrows, Enter and Esc move. */
export async function walkByArrows(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const kind of [rows, progress, tabs, radios, menus, listboxes, sliders]) found.push(...(await kind(page)))
  return [...new Set(found)]
}
