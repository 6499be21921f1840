/** Figures as people read them. Everything here is pure; "–" stands for what is not known. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 1234567 -> "1,234,567". */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : grouped.format(value)
}

/** "1 file", "12 files": the noun takes an s unless a plural is given. */
export function plural(value: number, noun: string, many = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : many}`
}

/** Three significant digits without trailing zeros or exponents: 12.34 -> "12.3", 0.01234 -> "0.0123". */
function three(value: number): string {
  if (value === 0) return '0'
  const size = Math.floor(Math.log10(Math.abs(value)))
  const text = value.toFixed(Math.max(0, Math.min(6, 2 - size)))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** 1234567 -> "1.23 M", with an optional unit: (13900, "Ev/s") -> "13.9 kEv/s". */
export function compact(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const steps: readonly [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ]
  for (const [size, prefix] of steps) {
    // 999,950 and more would be written "1,000 k".
    if (Math.abs(value) >= size * 0.9995) return `${three(value / size)} ${prefix}${unit}`
  }
  return unit === '' ? three(value) : `${three(value)} ${unit}`
}

/** Bytes in powers of 1000, as file managers count: 20600000 -> "20.6 MB". */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return value < 1000 ? `${value} B` : compact(value, 'B')
}

/** A span in µs: "850 µs", "310.5 ms", "12.3 s", "4:05 min", "1:02:03 h". */
export function duration(us: number | null | undefined): string {
  if (us === null || us === undefined || !Number.isFinite(us)) return '–'
  if (us < 1000) return `${three(us)} µs`
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 2 : 1).replace(/\.?0+$/, '')} ms`
  if (us < 60e6) return `${(us / 1e6).toFixed(2).replace(/\.?0+$/, '')} s`
  const seconds = Math.round(us / 1e6)
  const two = (value: number) => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} h`
}

/** A point of time within a recording, always as wide as the recording's longest: "0.123 s", "1:05.250". */
export function timecode(us: number, totalUs: number): string {
  if (totalUs < 1e6) return `${(us / 1000).toFixed(2)} ms`
  if (totalUs < 60e6) return `${(us / 1e6).toFixed(3)} s`
  const milliseconds = Math.round(us / 1000)
  const minutes = Math.floor(milliseconds / 60_000)
  return `${minutes}:${((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0')}`
}

/** Time that work still needs or took: 200 -> "3 min 20 s". */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (value < 10) return `${value.toFixed(1)} s`
  const whole = Math.round(value)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** 0.9312 -> "93.1 %". */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : `${(value * 100).toFixed(digits)} %`
}

/** 0.8 -> "80 %", 0.025 -> "2.5 %": for the marks of an axis. */
export function percentMark(value: number): string {
  return `${Number((value * 100).toFixed(2))} %`
}

/** A loss, rate or difference: four significant digits, exponent where the plain form would hide the size. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e6 ? value.toExponential(1) : String(Number(value.toPrecision(4)))
}

/** When something was made, seen from `now`: "just now", "5 min ago", "yesterday", "3 Nov 2026". */
export function since(iso: string, now: Date): string {
  const then = new Date(iso)
  const passed = (now.getTime() - then.getTime()) / 1000
  if (!Number.isFinite(passed)) return '–'
  if (passed < 45) return 'just now'
  if (passed < 3600) return `${Math.max(1, Math.round(passed / 60))} min ago`
  if (passed < 86_400) return `${Math.round(passed / 3600)} h ago`
  if (passed < 2 * 86_400) return 'yesterday'
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}

/** The last part of a path of either kind of system. */
export function baseName(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '')
  return parts.at(-1) ?? path
}

/** The folder a path lies in; the path itself at the root. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return cut <= 0 ? path.slice(0, cut + 1) || path : path.slice(0, cut)
}

/** Shortens a path in its middle, so that its start and its last part stay: "/home/…/nmnist/00002.bin". */
export function shortPath(path: string, length: number): string {
  if (path.length <= length) return path
  const name = baseName(path)
  const room = length - name.length - 2
  return room < 4 ? `…${path.slice(path.length - length + 1)}` : `${path.slice(0, room)}…${path.slice(path.length - name.length - 1)}`
}
