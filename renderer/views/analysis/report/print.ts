import styles from './print.module.css'

/**
 * Prints a report from the window: the system's dialog prints it or saves it as PDF. Its page lies in a shadow tree of its own, so that
 * neither its styles nor the window's reach the other; only paper shows it.
 */
export function printReport(html: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const host = document.createElement('div')
  host.className = styles.paper ?? ''
  const root = host.attachShadow({ mode: 'open' })
  const style = document.createElement('style')
  // In a shadow tree the page's body is its host.
  style.textContent = (page.querySelector('style')?.textContent ?? '').replace(/(^|\n)body /g, '$1:host ')
  root.append(style, ...page.body.childNodes)
  document.body.append(host)
  document.body.classList.add(styles.printing ?? '')
  const before = document.title
  document.title = page.title
  const done = () => {
    document.title = before
    document.body.classList.remove(styles.printing ?? '')
    host.remove()
  }
  window.addEventListener('afterprint', done, { once: true })
  window.print()
}
