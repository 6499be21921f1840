/** What is looked at on every page: by axe, by measure, and by key. Each returns what it found, in words; nothing where all is well. */
import type { Page } from 'playwright-core'
import type { Place } from './places.ts'

/** Shows a place and waits until it is drawn and has come to rest. */
export async function visit(page: Page, { hash, there, name }: Place): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), `#/${hash}`)
  const main = page.getByRole('main')
  await main.getByText(there).or(main.getByLabel(there)).first().waitFor().catch(() => {
    throw new Error(`${name}: ${String(there)} does not come at #/${hash}`)
  })
  await main.getByRole('status', { name: /Computing|Reading/ }).first().waitFor({ state: 'detached' })
  await main.getByText(/^Reading the (graph|library)/).first().waitFor({ state: 'detached' })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Settings without an explanation (where the page is a form), and charts without a caption or one. */
export function unexplained(page: Page, { form = false }: Place): Promise<string[]> {
  return page.evaluate((fieldsToo) => {
    const name = (element: Element) => element.getAttribute('aria-label') ?? element.closest('label, fieldset')?.textContent?.slice(0, 60) ?? element.outerHTML.slice(0, 120)
    const fields = !fieldsToo ? [] : [...document.querySelectorAll('main :is(input, select, textarea, [role="radiogroup"])')].filter(
      (element) => !element.matches('[type="hidden"], [type="file"], [type="radio"]') && element.closest('[data-help]') === null && element.closest('[role="search"], table, [data-plain]') === null,
    )
    const charts = [...document.querySelectorAll('main figure')].filter((figure) => (figure.querySelector('figcaption')?.textContent ?? '').length < 20 && figure.querySelector('[data-tip]') === null && figure.closest('section[data-help]') === null)
    return [...fields.map((element) => `field ${name(element)}`), ...charts.map((figure) => `chart ${name(figure)}`)]
  }, form)
}

/** Text that is cut without a way to read it, what reaches beyond the window, and controls that lie on each other. */
export function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const visible = (element: Element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    const words = (element: Element) => `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60)}"`
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) found.push(`the window scrolls sideways: ${scrollWidth} > ${clientWidth}`)
    for (const element of document.querySelectorAll<HTMLElement>('main, main *, header *, nav *, footer *')) {
      // What is for screen readers alone is one pixel wide.
      if (!visible(element) || element.clientWidth <= 1) continue
      const style = getComputedStyle(element)
      const cut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
      const ownText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '')
      if (cut && ownText && style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && element.closest('[title]') === null)
        found.push(`cut without a title: ${words(element)}`)
      if (cut && (style.overflowX === 'auto' || style.overflowX === 'scroll') && element.matches('main, [class*="page"]')) found.push(`scrolls sideways: ${element.className.slice(0, 60)}`)
    }
    for (const tip of document.querySelectorAll('[data-tip]')) {
      const label = tip.parentElement?.querySelector('label, legend')
      if (!label || !visible(tip) || label.contains(tip)) continue
      const text = document.createRange()
      text.selectNodeContents(label)
      const [one, other] = [text.getBoundingClientRect(), tip.getBoundingClientRect()]
      if (Math.min(one.right, other.right) - Math.max(one.left, other.left) > 3 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3)
        found.push(`its explanation lies on the label ${words(label)}`)
    }
    const controls = [...document.querySelectorAll<HTMLElement>('main :is(button, a, input:not([type="hidden"]), select, textarea)')].filter(visible)
    const boxes = controls.map((element) => ({ element, box: element.getBoundingClientRect() })).filter(({ box }) => box.width > 2 && box.height > 2)
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue
        const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
        const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
        if (width <= 2 || height <= 2) continue
        // A button within its field, as the arrows of a number.
        if (one.element.parentElement?.parentElement?.contains(other.element) || other.element.parentElement?.parentElement?.contains(one.element)) continue
        found.push(`overlap of ${words(one.element)} and ${words(other.element)} by ${Math.round(width)} x ${Math.round(height)}`)
      }
    }
    return [...new Set(found)]
  })
}

/** Goes through the page with Tab: everything that has the focus shows it, and all that can have it is reached: nothing holds it. */
export async function walkByTab(page: Page): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(() => {
    // From the window's first stop on, wherever the page before was left.
    document.querySelector<HTMLElement>('a[href]')?.focus()
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    window.getSelection()?.removeAllRanges()
  })
  const most = await page.evaluate(() => document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]').length + 5)
  for (let step = 0; step < most; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(async () => {
      // With reduced motion every change takes a frame.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      const element = document.activeElement
      if (element === null || element === document.body) return null
      if (element.hasAttribute('data-walked')) return null
      element.setAttribute('data-walked', '')
      const shown = (one: Element) => {
        const style = getComputedStyle(one)
        return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
      }
      const rings = shown(element) || (element.parentElement !== null && shown(element.parentElement)) || (element.nextElementSibling !== null && shown(element.nextElementSibling))
      // Fields change their border, nodes of a graph their frame.
      const field = element.matches('input, select, textarea') || [...element.querySelectorAll(':scope > rect')].some((rect) => Number.parseFloat(getComputedStyle(rect).strokeWidth) >= 2)
      const box = element.getBoundingClientRect()
      const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
      const name = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 50) || element.outerHTML.slice(0, 80)
      return { name, rings: rings || field, within }
    })
    if (at === null) break
    if (!at.rings) found.push(`no focus ring: ${at.name}`)
    if (!at.within) found.push(`the focus is out of sight: ${at.name}`)
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main :is(a[href], button, input, select, textarea, summary, [tabindex="0"])')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.hasAttribute('data-walked') && !element.matches(':disabled, [tabindex="-1"], [type="hidden"], [type="radio"]') && element.closest('[inert], fieldset:disabled') === null)
      .map((element) => `not reached by Tab: ${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 50) || element.outerHTML.slice(0, 80)}`),
  )
  await page.evaluate(() => document.querySelectorAll('[data-walked]').forEach((element) => element.removeAttribute('data-walked')))
  return [...new Set([...found, ...missed])]
}

/** Begins to add up layout shifts; what the user does is not counted. */
export async function followShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts = { total: 0, largest: '' }
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources?: { node?: Node | null }[] })[]) {
        if (entry.hadRecentInput) continue
        shifts.total += entry.value
        const node = entry.sources?.[0]?.node
        if (entry.value > 0.01 && node instanceof Element) shifts.largest = `${node.tagName.toLowerCase()}.${node.className} ${(node.textContent ?? '').slice(0, 40)}`
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

/** The layout shifts since it was asked last: their sum, and the element of the last large one. */
export function shifts(page: Page): Promise<{ readonly total: number; readonly largest: string }> {
  return page.evaluate(() => {
    const { shifts } = window as unknown as { shifts: { total: number; largest: string } }
    const now = { ...shifts }
    Object.assign(shifts, { total: 0, largest: '' })
    return now
  })
}
