import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTextOptions } from '../../main/headless/text-options.ts'
import { saccade } from '../support/cli.ts'
import { temporaryFolder } from '../support/workbench.ts'

describe('options for texts', () => {
  it('say how texts are read; nothing said is nothing told', () => {
    expect(readTextOptions({})).toBeNull()
    expect(readTextOptions({ columns: 'x, y,-,_,,t,p', unit: 'us', delimiter: 'tab', 'header-lines': '2', sensor: '346x260' })).toEqual({
      columns: ['x', 'y', null, null, null, 't', 'p'],
      unit: 'µs',
      delimiter: '\t',
      headerLines: 2,
      sensor: [346, 260],
    })
  })
  it.each([
    [{ columns: 'x,y,t' }, /--columns must name t, x, y and p once each/],
    [{ columns: 'x,y,t,p,p' }, /--columns/],
    [{ unit: 'hours' }, /--unit must be s or ms/],
    [{ delimiter: ',' }, /--delimiter must be comma or/],
    [{ 'header-lines': '-1' }, /--header-lines must be a whole number/],
    [{ sensor: '346' }, /--sensor must be WIDTHxHEIGHT/],
    [{ sensor: '0x4' }, /--sensor/],
  ])('%o is refused', (values, words) => {
    expect(() => readTextOptions(values)).toThrow(words)
  })

  it('hold for inspect and convert; nothing is kept for what is not there', async () => {
    const folder = temporaryFolder('text-options')
    const library = join(folder, 'library')
    const path = join(folder, 'odd.txt')
    writeFileSync(path, Array.from({ length: 50 }, (_, i) => `${i % 9};${i % 8};${i};${i / 10};${i % 2}`).join('\n'))
    const options = ['--columns', 'x,y,-,t,p', '--unit', 'ms', '--sensor', '20x10']
    const [inspected, converted, refused] = await Promise.all([
      saccade('inspect', path, '--json', ...options),
      saccade('convert', path, join(folder, 'out.csv'), ...options),
      saccade('import', join(folder, 'nothing here'), '--library', library, ...options),
    ])
    expect(JSON.parse(inspected.stdout)).toMatchObject({ events: 50, width: 20, height: 10, tLast: 4900 })
    expect(converted.code).toBe(0)
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toContain('\n100,1,1,1\n')
    expect(refused.code).not.toBe(0)
    expect(existsSync(join(library, 'texts.json'))).toBe(false)
  })
})
