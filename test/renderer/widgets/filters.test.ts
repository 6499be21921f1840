import { describe, expect, it } from 'vitest'
import { calls } from '../../../preload/contract/index.ts'
import { framingPresets } from '../../../preload/contract/framing-presets.ts'
import { changed, filterKinds, filtersText, moved, settingOf } from '../../../renderer/widgets/filter-kinds.ts'
import { framingText } from '../../../renderer/widgets/FramingControls.tsx'

const framesOf = (filters: unknown) => calls['recordings.frames'].input.safeParse({ path: '/a', framing: {}, filters })

describe('filter controls', () => {
  it('start every filter with settings that the contract takes, and show each of them', () => {
    for (const [type, { start, fields }] of Object.entries(filterKinds)) {
      expect(start.type).toBe(type)
      expect(framesOf([start]).data?.filters).toEqual([start])
      const settings = Object.keys(start).filter((key) => key !== 'type' && key !== 'pixels')
      expect(fields.map(({ key }) => key).sort()).toEqual(settings.sort())
      for (const { key, choices } of fields) {
        for (const { value } of choices ?? []) expect(framesOf([changed(start, key, value)]).success).toBe(true)
        if (choices) expect(choices.some(({ value }) => value === settingOf(start, key))).toBe(true)
      }
    }
  })
  it('move filters, and stop at both ends', () => {
    const chain = [filterKinds.crop.start, filterKinds.flip.start, filterKinds.transpose.start]
    expect(filtersText(moved(chain, 1, -1))).toBe('flip, crop, transpose')
    expect(filtersText(moved(chain, 1, 1))).toBe('crop, transpose, flip')
    expect(moved(chain, 0, -1)).toEqual(chain)
    expect(moved(chain, 2, 1)).toEqual(chain)
    expect(filtersText([])).toBe('none')
  })
})

describe('framing presets in words', () => {
  it('say what sets them apart', () => {
    expect(framingPresets.map(({ framing }) => framingText(framing))).toEqual([
      '10 frames by event count without the remainder, binary, 48×48 (8-bit)',
      '10 frames by event count without the remainder, divided by maximum, 48×48 (8-bit)',
      '10 frames by event count, counts, sensor size',
      '10 frames by time, counts, sensor size',
      '10 frames of 100 ms, counts, sensor size',
    ])
  })
})
