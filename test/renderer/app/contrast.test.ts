import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { screenStyle } from '../../../main/figures/style.ts'
import { palettes } from '../../../renderer/stage/palettes.ts'
import { root } from '../../support/cli.ts'

const css = readFileSync(join(root, 'renderer/app/tokens.css'), 'utf8')

/** The colours of a theme by their name: "--ink" -> "#14181a". */
function tokens(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`), css.indexOf('}', css.indexOf(`${selector} {`)))
  return Object.fromEntries([...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]))
}

/** WCAG 2.2: relative luminance, and the contrast of two colours. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const themes = [
  ['light', tokens(':root')],
  ['dark', { ...tokens(':root'), ...tokens("[data-mantine-color-scheme='dark']") }],
] as const

describe('contrast', () => {
  it('is computed as WCAG has it', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  })

  it.each(themes)('%s: words are read on every ground (AA, 4.5)', (_, theme) => {
    for (const ink of ['--ink', '--ink-2', '--ink-3', '--accent', '--on', '--off', '--good', '--warn', '--bad'])
      for (const ground of ['--ground', '--surface']) expect.soft(contrast(theme[ink] ?? '', theme[ground] ?? ''), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    for (const [ink, ground] of [['--on-accent', '--accent'], ['--accent', '--accent-soft'], ['--warn', '--warn-soft'], ['--bad', '--bad-soft'], ['--on', '--on-soft'], ['--off', '--off-soft']] as const)
      expect.soft(contrast(theme[ink] ?? '', theme[ground] ?? ''), `${ink} on ${ground}`).toBeGreaterThanOrEqual(ink === '--on' || ink === '--off' ? 3 : 4.5)
  })

  it.each(themes)('%s: lines of charts and marks of legends stand out (AA, 3)', (_, theme) => {
    for (let series = 1; series <= 8; series++) expect.soft(contrast(theme[`--series-${series}`] ?? '', theme['--surface'] ?? ''), `--series-${series}`).toBeGreaterThanOrEqual(3)
  })

  it.each(themes)('%s: SDT, TET and TRT are told apart in figures, from the ground and from each other', (name, theme) => {
    const { methods, categories, background } = screenStyle({ dark: name === 'dark', font: '', ink: theme['--ink'] ?? '', ink2: '', muted: '', line: '', surface: theme['--surface'] ?? '' })
    for (const [method, color] of Object.entries(methods)) expect.soft(contrast(color, background), method).toBeGreaterThanOrEqual(3)
    for (const color of categories) expect.soft(contrast(color, background), color).toBeGreaterThanOrEqual(3)
    expect(new Set(Object.values(methods)).size).toBe(3)
  })

  it('ON and OFF are seen on the ground of every palette of the stage', () => {
    const hex = (channels: readonly number[]) => `#${channels.map((channel) => Math.round(channel * 255).toString(16).padStart(2, '0')).join('')}`
    for (const [name, { background, on, off }] of Object.entries(palettes))
      for (const color of [on, off]) expect.soft(contrast(hex(color), hex(background)), name).toBeGreaterThanOrEqual(3)
  })
})
