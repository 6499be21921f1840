import type { Color } from './figure.ts'

/** How figures look: on screen in either theme, or in print. Sizes in pixels. */
export interface FigureStyle {
  readonly medium: 'screen' | 'print'
  readonly font: string
  readonly fontSize: number
  readonly lineWidth: number
  readonly ink: string
  /** Of words beside the data. */
  readonly ink2: string
  /** Grid lines. */
  readonly line: string
  readonly background: string
  readonly categories: readonly string[]
  readonly methods: Readonly<Record<'sdt' | 'tet' | 'trt', string>>
  readonly muted: string
}

/** The colours of the window's theme, as values: charts can't read CSS variables. */
export interface Tokens {
  readonly dark: boolean
  readonly font: string
  readonly ink: string
  readonly ink2: string
  readonly muted: string
  readonly line: string
  readonly surface: string
}

// Okabe & Ito 2008: eight colours that all common kinds of colour blindness tell apart. The pale ones (pink, sky blue, orange, yellow) are
// darkened until they stand out from white (WCAG AA: 3 to 1).
const okabeIto = ['#0072b2', '#d55e00', '#009e73', '#c0669a', '#2f93cc', '#c07a00', '#7a5195', '#928500']
/** The same hues, lighter: blue and green of the original lie too close to a dark ground. */
const onDark = ['#4aa8e0', '#f2793a', '#2fc49a', '#e29cc4', '#8fd0f7', '#f5b93d', '#b491d6', '#f0e442']

const methodsOf = (colors: readonly string[]) => ({ sdt: colors[0] ?? '', tet: colors[5] ?? '', trt: colors[2] ?? '' })

export function screenStyle(tokens: Tokens): FigureStyle {
  const categories = tokens.dark ? onDark : okabeIto
  return {
    medium: 'screen', font: tokens.font, fontSize: 11.5, lineWidth: 1.75, ink: tokens.ink, ink2: tokens.ink2, line: tokens.line, background: tokens.surface,
    categories, methods: methodsOf(categories), muted: tokens.muted,
  }
}

/** Millimetres in the pixels of an SVG (96 an inch). */
export const millimetres = (mm: number): number => (mm / 25.4) * 96
const points = (pt: number): number => (pt / 72) * 96

/** Black on white, Helvetica 8 pt, lines of 1 pt: what journals ask for. */
export const printStyle: FigureStyle = {
  medium: 'print', font: 'Helvetica, Arial, sans-serif', fontSize: points(8), lineWidth: points(1), ink: '#000000', ink2: '#222222', line: '#dddddd',
  background: '#ffffff', categories: okabeIto, methods: methodsOf(okabeIto), muted: '#8a8a8a',
}

/** The colour that a role has in a style. */
export function colorIn(style: FigureStyle, color: Color): string {
  if (typeof color === 'number') return style.categories[color % style.categories.length] ?? style.ink
  if (color === 'ink') return style.ink
  return color === 'muted' ? style.muted : style.methods[color]
}

/** As on a light screen, on white: for files that are looked at rather than printed. */
export const fileStyle: FigureStyle = {
  ...screenStyle({ dark: false, font: 'Helvetica, Arial, sans-serif', ink: '#14181a', ink2: '#4a5359', muted: '#667076', line: '#e1e4e5', surface: '#ffffff' }),
}
