import { describe, expect, it } from 'vitest'
import { useLibrary } from '../../../renderer/api/library.ts'
import { commandsNow, found, score } from '../../../renderer/app/palette.ts'
import { parseRoute } from '../../../renderer/app/route.ts'
import { placeOfFile, placeOfFolder, placeOfJob } from '../../../main/desktop/open-files.ts'

describe('the palette', () => {
  it('finds letters in their order, words by their beginnings first', () => {
    expect(score('xyz', 'New run')).toBe(null)
    expect(score('nr', 'New run')).not.toBe(null)
    expect(score('rn', 'New ru')).toBe(null)
    expect(score('nr', 'New run') ?? 0).toBeGreaterThan(score('nr', 'Winner') ?? 0)
    expect(score('set', 'Settings') ?? 0).toBeGreaterThan(score('set', 'Datasets') ?? 0)
    expect(score('New Run', 'new run')).toBe(score('newrun', 'New Run'))
  })
  it('offers pages, actions and what the library holds, and answers with the best first', () => {
    useLibrary.setState({ recent: ['/data/walk/gait-set.aedat4'], datasets: [], runs: [], models: [], experiments: [] })
    const commands = commandsNow()
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
    expect(found(commands, '')[0]?.title).toBe('Recordings')
    expect(found(commands, 'settings')[0]).toMatchObject({ group: 'Page', title: 'Settings' })
    expect(found(commands, 'devic')[0]).toMatchObject({ group: 'Page', title: 'Devices' })
    expect(found(commands, 'gait')[0]).toMatchObject({ group: 'Recording', title: 'gait-set.aedat4' })
    expect(found(commands, 'recording walk')[0]).toMatchObject({ title: 'gait-set.aedat4' })
    expect(found(commands, 'qqqq')).toEqual([])
    useLibrary.setState({ recent: null, datasets: null, runs: null, models: null, experiments: null })
  })
})

it.each([
  [placeOfFile('/data/a b#1.aedat4', '/lib'), { view: 'recordings', path: '/data/a b#1.aedat4' }],
  [placeOfFile('/lib/models/shapes-2/model.onnx', '/lib'), { view: 'models', page: 'model', id: 'shapes-2' }],
  [placeOfFile('/elsewhere/a b/Model.ONNX', '/lib'), { view: 'models', page: 'model', id: '/elsewhere/a b/Model.ONNX' }],
  [placeOfFolder('/data/Train ä'), { view: 'datasets', page: 'import', folder: '/data/Train ä' }],
  [placeOfJob({ kind: 'training', subject: 'trt-1' }), { view: 'training', page: 'run', id: 'trt-1' }],
  [placeOfJob({ kind: 'import', subject: 'shapes' }), { view: 'datasets', page: 'dataset', id: 'shapes' }],
  [placeOfJob({ kind: 'experiment', subject: 'e' }), { view: 'training', page: 'experiment', id: 'e' }],
  [placeOfJob({ kind: 'convert', subject: null }), { view: 'library', page: 'list' }],
])("the desktop's place %s is one of the window's", (place, route) => {
  expect(parseRoute(place)).toEqual(route)
})
