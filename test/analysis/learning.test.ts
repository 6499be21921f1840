import { describe, expect, it } from 'vitest'
import { changes, curvesOf, learningFigures, smooth, turningPoint, type LearningRun } from '../../main/analysis/learning.ts'
import { figureCsv } from '../../main/figures/csv.ts'
import { trainFlags } from '../../main/analysis/reproduction.ts'
import { reportHtml } from '../../main/analysis/report.ts'
import { networkPresets } from '../../main/snn/models/index.ts'
import { trainingConfigSchema, type EpochMetrics, type Run } from '../../main/training/schema.ts'

const losses = [2, 1, 0.5, 0.8, 1.2, 1.4]
const epoch = (testLoss: number, index: number): EpochMetrics => ({
  epoch: index + 1, learningRate: 1e-3, trainLoss: 2 / (index + 1), trainAccuracy: 0.5 + index / 10, testLoss, testAccuracy: 0.4 + index / 20,
  timestepAccuracy: [0.5, 0.6], firingRates: [], samplesPerSecond: 10, seconds: 1,
})
const network = networkPresets[0]?.network
const config = trainingConfigSchema.parse({
  name: 'A <run> & "more"', dataset: 'shapes', network, method: { name: 'sdt' }, switch: { afterEpoch: 3, method: { name: 'tet', lambda: 0.001, phi: 1 } },
  optimizer: { name: 'adam' }, epochs: 6, batchSize: 4, augmentation: {},
})
const run: Run & LearningRun = {
  id: 'a-run', config, created: '2026-01-01T00:00:00.000Z', state: 'finished', message: null, epochs: losses.map(epoch), best: { epoch: 6, metric: 'testAccuracy', value: 0.65 },
  confusion: null, classes: ['x', 'y'], datasetHash: 'abc', parameters: 1234, warnings: [], color: 0,
}

describe('learning curves', () => {
  it('are smoothed as the authors do: s_0 = x_0, s_k = 0.5 s_(k-1) + 0.5 x_k', () => expect(smooth([4, 2, 0])).toEqual([4, 3, 1.5]))
  it('turn where the loss is least and rises after it', () => {
    expect(turningPoint([3, 1, 2])).toBe(1)
    expect(turningPoint([3, 2, 1])).toBeNull()
    expect(turningPoint([3, 1, 1.005])).toBeNull()
    expect(turningPoint([])).toBeNull()
  })
  it('mark the turn of the smoothed loss, and the switch of losses', () => {
    // Smoothed: 2, 1.5, 1, 0.9, 1.05, 1.225.
    expect(curvesOf(run).turningEpoch).toBe(4)
    expect(changes(run)).toEqual([{ at: 3.5, label: 'SDT to TET' }])
    const [loss] = learningFigures([run])
    expect(loss?.panels[0]).toMatchObject({ marks: [{ at: 4, label: 'test loss turns' }, { at: 3.5, label: 'SDT to TET' }] })
  })
  it('keep the raw values beside the smoothed ones, and tell the gap', () => {
    const csv = figureCsv(learningFigures([run])[0] ?? expect.fail())
    expect(csv).toContain('1,test,2,1.5,')
    expect(csv).toContain('1,test (raw),2,1,')
    expect(curvesOf(run).epochs[0]?.smoothed).toMatchObject({ lossGap: 0 })
    expect(curvesOf(run).epochs[1]?.smoothed.accuracyGap).toBeCloseTo((0.1 + 0.15) / 2)
  })
  it('of several runs are named', () => {
    const other = { ...run, id: 'b', config: { ...config, name: 'B' }, color: 1 as const }
    const panel = learningFigures([run, other])[1]?.panels[0]
    expect(panel?.kind === 'lines' && panel.series.filter(({ faint }) => !faint).map(({ label }) => label)).toEqual([`${config.name}: train`, `${config.name}: test`, 'B: train', 'B: test'])
  })
})

describe('the report of a run', () => {
  const html = reportHtml({ run, manifest: null, sections: [{ title: 'Learning curves', figures: learningFigures([run]) }], version: '1.2.3', written: 'now' })
  it('is one file that loads nothing, runs nothing, and escapes what the user wrote', () => {
    expect(html).not.toMatch(/<script|(src|href)="(?!data:)/)
    expect(html).toContain('A &lt;run&gt; &amp; &quot;more&quot;')
    expect(html).not.toContain('A <run>')
  })
  it('has the figures with their numbers, the hash and the settings', () => {
    expect(html.match(/<svg /g)).toHaveLength(3)
    expect(decodeURIComponent(/href="data:text\/csv;charset=utf-8,([^"]*)"/.exec(html)?.[1] ?? '')).toContain('1,test,2,1.5,')
    for (const text of ['abc', 'batchSize', '1,234 parameters', '65.00 % test accuracy, epoch 6', 'from epoch 4 on TET']) expect(html).toContain(text)
  })
  it('says how the run is trained again', () => {
    const flags = trainFlags(config)
    expect(flags.join(' ')).toContain('--method sdt --switch-to tet --switch-after 3 --epochs 6 --batch-size 4')
    expect(html).toContain('npm run saccade -- train --dataset shapes')
  })
})
