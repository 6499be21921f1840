import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DatasetSummary, InferenceResult, ModelRecord, RecordingFacts, Run, RunEvaluation } from '../../preload/contract/index.ts'
import { root, saccade, startSaccade } from '../support/cli.ts'
import { folderWith, shapes, snapshot, temporaryFolder, tinyNetwork } from '../support/workbench.ts'

let folder: string
let recordings: string
let library: string
let network: string
const smallRun = (): string[] => ['--network', network, '--batch-size', '8', '--learning-rate', '0.01', '--library', library]

/** Epochs that a run has finished. */
function epochsOf(run: string): number {
  const path = join(library, 'runs', run, 'epochs.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

beforeAll(async () => {
  folder = temporaryFolder('cli', () => undefined)
  library = join(folder, 'library')
  recordings = await shapes(join(folder, 'recordings'), 5)
  network = join(folder, 'network.json')
  writeFileSync(network, JSON.stringify(tinyNetwork))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('usage', () => {
  test('without a command: what there is, exit code 2; asked for it: 0', async () => {
    const [none, help, wrong] = await Promise.all([saccade(), saccade('--help'), saccade('tarin')])
    for (const { stderr } of [none, wrong]) {
      for (const name of ['inspect', 'import', 'train', 'sweep', 'recipe', 'evaluate', 'analyze', 'export', 'infer', 'library', 'watch', 'devices', 'serve']) expect(stderr).toContain(`\n  ${name} `)
    }
    expect([none.code, help.code, wrong.code]).toEqual([2, 0, 2])
    expect(wrong.stderr).toContain('There is no command "tarin".')
    expect(help.stdout).toContain('Exit codes: 0 ok, 1 failed, 2 usage')
  })

  test('every command tells its options', async () => {
    const commands = ['inspect', 'import', 'train', 'sweep', 'recipe', 'evaluate', 'analyze', 'export', 'infer', 'library', 'watch', 'devices', 'serve']
    const answers = await Promise.all(commands.map((name) => saccade(name, '--help')))
    answers.forEach(({ code, stdout }, i) => {
      expect([commands[i], code]).toEqual([commands[i], 0])
      expect(stdout).toContain(`Usage: npm run saccade -- ${commands[i]}`)
    })
  })

  test('what is wrong with the arguments is said, exit code 2, nothing on stdout', async () => {
    const cases: [string[], RegExp][] = [
      [['inspect'], /FILE missing/],
      [['import'], /FOLDER missing/],
      [['import', 'a', 'b'], /"b" is one argument too many/],
      [['import', 'a', '--resize', 'big'], /--resize must be HEIGHTxWIDTH/],
      [['import', 'a', '--split-by', 'luck'], /--split-by must be time or count or duration, not "luck"/],
      [['import', 'a', '--timesteps', '0', '--library', library], /framing\.timesteps/],
      [['train', '--library', library], /--dataset missing/],
      [['train', '--dataset', 'x', '--library', library], /There is no dataset "x"/],
      [['train', '--what'], /--what/],
      [['sweep', '--resume', 'x', '--library', library], /There is no experiment "x"/],
      [['infer', 'model'], /RECORDING missing/],
      [['serve', '--port', 'x'], /--port must be a number/],
      [['evaluate', 'r', '--split', 'all'], /--split must be test or validation or train/],
    ]
    const answers = await Promise.all(cases.map(([args]) => saccade(...args)))
    answers.forEach(({ code, stdout, stderr }, i) => {
      expect([cases[i]?.[0].join(' '), code, stdout]).toEqual([cases[i]?.[0].join(' '), 2, ''])
      expect(stderr).toMatch(cases[i]?.[1] ?? /^$/)
    })
  })
})

describe('inspect', () => {
  test('prints facts, for people and as JSON', async () => {
    const file = join(recordings, 'circle/circle-000.bin')
    const [one, two, text] = await Promise.all([
      saccade('inspect', file, '--json'),
      saccade('inspect', file, join(recordings, 'cross/cross-000.bin'), '--json'),
      saccade('inspect', file),
    ])
    const facts = JSON.parse(one.stdout) as RecordingFacts
    for (const key of [
      'format',
      'width',
      'height',
      'events',
      'tFirst',
      'tLast',
      'on',
      'off',
      'xMin',
      'xMax',
      'yMin',
      'yMax',
      'checksum',
      'problems',
    ])
      expect(facts).toHaveProperty(key)
    expect(facts).toMatchObject({ format: 'nmnist-bin', width: 34, height: 34, problems: [] })
    expect((JSON.parse(two.stdout) as RecordingFacts[]).map(({ path }) => path)).toEqual([file, join(recordings, 'cross/cross-000.bin')])
    expect(text.stdout).toMatch(new RegExp(`${facts.events} \\(${facts.on} ON, ${facts.off} OFF\\)`))
  })

  test('one that can not be read does not hide the others, exit code 1', async () => {
    const { code, stdout, stderr } = await saccade(
      'inspect',
      join(folder, 'network.json'),
      join(recordings, 'circle/circle-000.bin'),
      '--json',
    )
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toHaveLength(1)
    expect(stderr).toContain('network.json: ')
  })
})

describe('the main job', () => {
  test('import, train, evaluate, export, infer: JSON on stdout and nothing else there', async () => {
    const importing = await saccade(
      'import',
      recordings,
      '--name',
      'Shapes',
      '--timesteps',
      '4',
      '--resize',
      '16x16',
      '--test-share',
      '0.4',
      '--library',
      library,
      '--json',
    )
    expect(importing.code).toBe(0)
    expect(importing.stderr).toMatch(/100 % Import Shapes: 20 recordings of 4 classes/)
    const dataset = JSON.parse(importing.stdout) as DatasetSummary
    expect(dataset).toMatchObject({ id: 'shapes', train: [3, 3, 3, 3], test: [2, 2, 2, 2], shape: [4, 2, 16, 16] })

    const training = await saccade(
      'train',
      '--dataset',
      'Shapes',
      ...smallRun(),
      '--epochs',
      '3',
      '--method',
      'tet',
      '--lambda',
      '0.1',
      '--name',
      'First',
      '--json',
    )
    expect([training.code, training.stderr.includes('100 % Train First')]).toEqual([0, true])
    const run = JSON.parse(training.stdout) as Run
    expect(run).toMatchObject({
      id: 'first',
      state: 'finished',
      config: { method: { name: 'tet', lambda: 0.1, phi: 1 }, network: { name: 'tiny' } },
    })

    const evaluation = JSON.parse(
      (await saccade('evaluate', 'First', '--checkpoint', 'best', '--library', library, '--json')).stdout,
    ) as RunEvaluation
    expect(evaluation).toMatchObject({ samples: 8, accuracy: run.test?.accuracy })

    const copy = join(folder, 'copy.onnx')
    const exported = JSON.parse(
      (await saccade('export', 'first', '--checkpoint', 'last', '--output', copy, '--library', library, '--json')).stdout,
    ) as ModelRecord
    expect(exported.proof.accuracyExported).toBe(evaluation.accuracy)
    expect(createHash('sha256').update(readFileSync(copy)).digest('hex')).toBe(exported.hash)

    const recording = join(recordings, 'square/square-000.bin')
    const [byId, byPath, text] = await Promise.all([
      saccade('infer', exported.id, recording, '--library', library, '--json'),
      saccade('infer', copy, recording, '--library', library, '--json'),
      saccade('infer', copy, recording, '--library', library),
    ])
    const result = JSON.parse(byId.stdout) as InferenceResult
    expect(result.top).toHaveLength(4)
    expect((JSON.parse(byPath.stdout) as InferenceResult).logitsPerTimestep).toEqual(result.logitsPerTimestep)
    expect(text.stdout).toContain(result.top[0]?.label)
  })

  test('Ctrl-C saves and says how to go on; so does a killed one; resumed, both reach the numbers of a run that was never stopped', async () => {
    const settings = ['--dataset', 'shapes', ...smallRun(), '--epochs', '60', '--seed', '5']
    const whole = JSON.parse((await saccade('train', ...settings, '--name', 'Whole', '--json')).stdout) as Run
    const stopped = startSaccade('train', ...settings, '--name', 'Stopped')
    await expect.poll(() => epochsOf('stopped'), { timeout: 30_000 }).toBeGreaterThan(1)
    stopped.interrupt()
    const { code, stderr } = await stopped.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/Stopped and saved: \d+ of 60 epochs.*\n.*npm run saccade -- train --resume stopped --library/)

    const killed = startSaccade('train', ...settings, '--name', 'Killed')
    await expect.poll(() => epochsOf('killed'), { timeout: 30_000 }).toBeGreaterThan(1)
    killed.child.kill('SIGKILL')
    expect((await killed.ended).code).toBe(null)
    // Its training process finds its parent gone, saves and ends.
    await expect
      .poll(() => (JSON.parse(readFileSync(join(library, 'runs/killed/status.json'), 'utf8')) as { state: string }).state, {
        timeout: 30_000,
      })
      .toBe('stopped')

    for (const name of ['stopped', 'Killed']) {
      const resumed = await saccade('train', '--resume', name, '--library', library, '--json')
      expect(resumed.code).toBe(0)
      const figures = (run: Run): unknown =>
        [run.test, ...run.epochs.map(({ epoch, trainLoss, validationLoss, validationAccuracy }) => [epoch, trainLoss, validationLoss, validationAccuracy])]
      expect(figures(JSON.parse(resumed.stdout) as Run)).toEqual(figures(whole))
    }
    expect((await saccade('train', '--resume', 'stopped', '--library', library)).stderr).toContain('is finished')
  })
})

describe('bad input ends with exit code 1, a clear message and an untouched library', () => {
  test('folders, datasets, models', async () => {
    const before = snapshot(library)
    const bad = folderWith(join(folder, 'bad'), {
      'text.onnx': 'not a model',
      'network.json': '{"name": 3}',
      'deep.json': JSON.stringify({ ...tinyNetwork, layers: [...tinyNetwork.layers, ...tinyNetwork.layers, ...tinyNetwork.layers] }),
    })
    for (const name of ['empty', 'one']) mkdirSync(join(bad, name))
    cpSync(join(recordings, 'circle'), join(bad, 'one/circle'), { recursive: true })
    const recording = join(recordings, 'circle/circle-000.bin')
    const cases: [string[], number, RegExp][] = [
      [['import', join(bad, 'empty')], 1, /no recordings found\. Choose a folder with one subfolder per class/],
      [['import', join(bad, 'one')], 1, /only one class, circle/],
      [['import', join(bad, 'nowhere')], 1, /there is no such folder/],
      [['infer', join(bad, 'text.onnx'), recording], 1, /text\.onnx: not an ONNX model/],
      [['infer', join(folder, 'copy.onnx'), join(bad, 'network.json')], 1, /network\.json: /],
      [['train', '--dataset', 'shapes', '--network', join(bad, 'network.json')], 2, /not a model description/],
      [['train', '--dataset', 'shapes', '--network', join(bad, 'deep.json')], 2, /Network "tiny" doesn't fit this dataset's frames/],
      [['export', 'nowhere'], 2, /There is no run "nowhere"; there are/],
    ]
    const answers = await Promise.all(cases.map(([args]) => saccade(...args, '--library', library)))
    answers.forEach(({ code, stdout, stderr }, i) => {
      expect([cases[i]?.[0].slice(0, 2), code, stdout, stderr]).toEqual([
        cases[i]?.[0].slice(0, 2),
        cases[i]?.[1],
        '',
        expect.stringMatching(cases[i]?.[2] ?? /^$/),
      ])
    })
    expect(snapshot(library)).toEqual(before)
  })

  const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0
  test.skipIf(!namespaces)('a full disk, on a real file system of 3 MB (skipped where unshare may not mount one)', () => {
    const place = join(folder, 'small-disk')
    mkdirSync(place)
    const saccadeHere = `"${process.execPath}" main/headless.ts`
    const sums = `(cd ${place} && find datasets runs models -type f ! -path 'runs/second/*' ! -path '*/large/*' | sort | xargs sha256sum)`
    const script = `
      mount -t tmpfs -o size=3m none ${place}
      ${saccadeHere} import ${recordings} --name shapes --timesteps 4 --resize 16x16 --test-share 0.4 --library ${place} 2>&1 || exit 90
      ${saccadeHere} train --dataset shapes --network ${network} --epochs 1 --batch-size 8 --name first --library ${place} 2>&1 || exit 91
      ${sums} > /tmp/before-$$
      echo "--- import"; ${saccadeHere} import ${recordings} --name large --resize 128x128 --library ${place} 2>&1; echo "code $?"
      head -c 4000000 /dev/zero > ${place}/fill 2> /dev/null
      echo "--- train"; ${saccadeHere} train --dataset shapes --network ${network} --epochs 1 --batch-size 8 --name second --library ${place} 2>&1; echo "code $?"
      echo "--- export"; ${saccadeHere} export first --library ${place} 2>&1; echo "code $?"
      ${sums} > /tmp/after-$$; cmp /tmp/before-$$ /tmp/after-$$ && echo "--- untouched"
      rm -f /tmp/before-$$ /tmp/after-$$`
    const { stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { cwd: root, encoding: 'utf8' })
    for (const step of ['import', 'train', 'export'])
      expect(stdout).toMatch(new RegExp(`--- ${step}\\n(?:(?!---)[^])*the disk (?:is full|has only)(?:(?!---)[^])*code 1\\n`))
    expect(stdout).toContain('--- untouched')
  })
})
