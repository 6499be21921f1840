import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { analysisKindSchema } from '../../../main/analysis/schema.ts'
import { methodSchema } from '../../../main/snn/schema.ts'
import { optimizerSchema } from '../../../main/training/schema.ts'
import { useLibrary } from '../../../renderer/api/library.ts'
import { commandsNow, found } from '../../../renderer/app/palette.ts'
import { formatRoute, parseRoute } from '../../../renderer/app/route.ts'
import { placeOf } from '../../../renderer/help/places.ts'
import { helpKeys, helpTexts, isHelpKey } from '../../../renderer/help/registry.ts'
import { root } from '../../support/cli.ts'

/** The window's sources but for the texts themselves. */
const sources = readdirSync(join(root, 'renderer'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('help/'))
  .map((name) => readFileSync(join(root, 'renderer', name), 'utf8'))
  .join('\n')

/** What a key is written as where the page makes it of its parts: `filter.${type}`. */
const madeOf = (key: string): string => `${key.slice(0, key.indexOf('.'))}.\${`

/** Keys of a discriminated union's members, but for these. */
const fieldsOf = (union: { readonly options: readonly z.ZodObject[] }, without: readonly string[]): [string, string[]][] =>
  union.options.map(({ shape }) => [
    String((shape['name'] as z.ZodLiteral<string>).value),
    Object.keys(shape).filter((key) => key !== 'name' && !without.includes(key)),
  ])

describe('explanations', () => {
  it('every one is shown somewhere, and stands on a page that there is', () => {
    const unused = helpKeys.filter(
      (key) => !key.startsWith('analysis.') && ![`"${key}"`, `'${key}'`, madeOf(key)].some((written) => sources.includes(written)),
    )
    expect(unused).toEqual([])
    for (const key of helpKeys) {
      const { words, route } = placeOf(key)
      const somewhere = route({ run: 'r', model: 'm', dataset: 'd', recording: '/a' }, key)
      expect(words.length, key).toBeGreaterThan(2)
      expect(somewhere, key).not.toBe(null)
      if (somewhere) expect(formatRoute(parseRoute(formatRoute(somewhere))), key).toBe(formatRoute(somewhere))
    }
  })

  it('every parameter of every method and optimizer has one', () => {
    const methods = fieldsOf(methodSchema, ['criterion', 'firstTimestep']).flatMap(([name, keys]) =>
      keys.map((key) => `method.${name}.${key}`),
    )
    const optimizers = fieldsOf(optimizerSchema, []).flatMap(([, keys]) => keys.map((key) => `optimizer.${key}`))
    const analyses = analysisKindSchema.options.map((kind) => `analysis.${kind}`)
    expect(methods.length).toBeGreaterThan(12)
    expect([...methods, ...optimizers, ...analyses].filter((key) => !isHelpKey(key))).toEqual([])
  })

  it('is a line, not a page, and says more than the name', () => {
    for (const key of helpKeys) {
      const { title, text } = helpTexts[key]
      expect(text.length, key).toBeLessThan(230)
      expect(text.toLowerCase(), key).not.toBe(title.toLowerCase())
      expect(text, key).toMatch(/[.?]$/)
    }
  })

  it('is found by name, symbol and key', () => {
    useLibrary.setState({ recent: null, datasets: null, runs: null, models: null, experiments: null })
    const commands = commandsNow()
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
    expect(
      found(commands, 'lambda')
        .slice(0, 3)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['Help method.slt-tet.lambda', 'Help method.tet.lambda', 'Help method.trt.lambda'])
    expect(found(commands, 'trt λ')[0]?.id).toBe('Help method.trt.lambda')
    expect(found(commands, 'batch size')[0]?.id).toBe('Help training.batchSize')
    expect(found(commands, 'fisher')[0]?.id).toBe('Help analysis.fisher')
    expect(found(commands, 'settings')[0]).toMatchObject({ group: 'Page', title: 'Settings' })
  })
})
