import { useEffect, useState } from 'react'
import { Loader, SegmentedControl, Select, Slider } from '@mantine/core'
import type { Activity, DatasetSummary, HeatMethod, Run } from '../../../../preload/contract/index.ts'
import { hasWeights } from '../../../../preload/contract/training.ts'
import { useLibrary } from '../../../api/library.ts'
import { useCall } from '../../../api/use-call.ts'
import { ask } from '../../../api/workbench.ts'
import { percent } from '../../../app/format.ts'
import { FrameGrid } from '../../../widgets/FrameGrid.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import widgets from '../../../widgets/widgets.module.css'
import { useSampleFrames } from '../../datasets/SampleThumb.tsx'
import { datasetOf, missingData } from '../../training/run-dataset.ts'
import { keptEpochs } from '../Controls.tsx'
import { setOptions, useAnalysis } from '../state.ts'
import { FeatureMaps, type MapsShown } from './FeatureMaps.tsx'
import { HeatFrame } from './HeatFrame.tsx'
import { RasterPlot } from './RasterPlot.tsx'
import { SampleStrip, type StripPlace } from './SampleStrip.tsx'
import shared from '../analysis.module.css'
import { Helped } from '../../../widgets/Help.tsx'
import styles from './activity.module.css'

const heats: readonly { readonly value: HeatMethod; readonly label: string; readonly text: string }[] = [
  { value: 'sam', label: 'Spike activation', text: 'Spike activation map (Kim & Panda 2021): neurons with short intervals between spikes count more; no class, no gradient.' },
  { value: 'grad-cam', label: 'Grad-CAM', text: 'Grad-CAM (Selvaraju et al. 2017) with surrogate gradients: channels count as the class’s mean logit depends on their spikes.' },
]

/** What the network says of the sample. */
function Verdict({ activity, classes }: { readonly activity: Activity; readonly classes: readonly string[] }) {
  const { label, predicted, probabilities } = activity
  const name = (c: number): string => classes[c] ?? String(c)
  const best = probabilities.map((p, c) => ({ p, c })).toSorted((a, b) => b.p - a.p).slice(0, 3)
  return (
    <p className={styles.verdict} data-right={label === predicted}>
      <b>{name(label)}</b> {label === predicted ? 'recognized' : <>taken for <b>{name(predicted)}</b></>}
      <span>{best.map(({ p, c }) => `${name(c)} ${percent(p)}`).join(' · ')}</span>
    </p>
  )
}

function Sample({ run, dataset }: { readonly run: Run; readonly dataset: DatasetSummary }) {
  const checkpoint = useAnalysis((state) => state.shared.checkpoint) ?? 'best'
  const [place, setPlace] = useState<StripPlace>({ label: null, page: 0 })
  const [row, setRow] = useState(0)
  const [layer, setLayer] = useState<string | null>(null)
  const [heat, setHeat] = useState<HeatMethod>('sam')
  const [target, setTarget] = useState<number | null>(null)
  const [step, setStep] = useState(0)
  const [opacity, setOpacity] = useState(0.75)
  const [channel, setChannel] = useState<number | null>(null)
  const [maps, setMaps] = useState<MapsShown>('timestep')
  const options = { checkpoint, row, heat, ...(layer !== null && { layer }), ...(heat === 'grad-cam' && target !== null && { target }) }
  const { data: activity, error, loading } = useCall('runs.activity', { id: run.id, options }, true)
  useEffect(() => () => void ask('runs.leave-activity', {}).catch(() => undefined), [])
  const frames = useSampleFrames(dataset.id, dataset.hash, row)
  const timesteps = activity?.shape[0] ?? dataset.shape[0]
  const timestep = Math.min(step, timesteps - 1)
  const open = channel !== null && channel < (activity?.shape[1] ?? 0) ? channel : null
  const method = heats.find(({ value }) => value === heat)
  return (
    <>
      <SampleStrip dataset={dataset} place={place} onPlace={setPlace} row={row} onRow={setRow} />
      <div className={shared.controls}>
        <Helped of="option.checkpoint">
          <Select
            label="Checkpoint"
            w={170}
            value={String(checkpoint)}
            data={['best', 'last', ...keptEpochs(run).map(String)].map((value) => ({ value, label: value === 'best' || value === 'last' ? value : `epoch ${value}` }))}
            onChange={(value) => value !== null && setOptions('firing', { checkpoint: value === 'best' || value === 'last' ? value : Number(value) })}
          />
        </Helped>
        <Helped of="activity.layer">
          <Select
            label="Layer"
            w={210}
            value={activity?.layer ?? null}
            data={(activity?.layers ?? []).map(({ name, shape }) => ({ value: name, label: `${name} (${shape[1] * shape[2] === 1 ? shape[0] : shape.join('×')})` }))}
            onChange={(value) => {
              setLayer(value)
              setChannel(null)
            }}
          />
        </Helped>
        <Helped of="activity.heat">
          <Select label="Heat" w={165} value={heat} data={[...heats]} onChange={(value) => setHeat(value === 'grad-cam' ? 'grad-cam' : 'sam')} />
        </Helped>
        {heat === 'grad-cam' && (
          <Helped of="activity.target">
            <Select
              label="of the class"
              w={150}
              value={target === null ? 'predicted' : String(target)}
              data={[{ value: 'predicted', label: 'predicted' }, ...dataset.classes.map((name, c) => ({ value: String(c), label: name }))]}
              onChange={(value) => setTarget(value === null || value === 'predicted' ? null : Number(value))}
            />
          </Helped>
        )}
        {loading && <Loader size="xs" mb={9} role="status" aria-label="Computing the activity" />}
      </div>
      {error !== null && <Failure message={error} />}
      {activity !== null && <Verdict activity={activity} classes={dataset.classes} />}
      <div className={styles.time}>
        <span>timestep {timestep + 1}</span>
        <Slider
          thumbLabel="Timestep"
          min={1}
          max={timesteps}
          value={timestep + 1}
          onChange={(value) => setStep(value - 1)}
          label={null}
          disabled={timesteps === 1}
          marks={timesteps <= 20 ? Array.from({ length: timesteps }, (_, t) => ({ value: t + 1 })) : []}
        />
      </div>
      <div className={styles.columns}>
        <Panel title="Input and heat" help="chart.heat">
          {frames !== null && <HeatFrame frames={frames} activity={activity} timestep={timestep} opacity={opacity} />}
          <div className={styles.opacity}>
            <span>heat</span>
            <Slider thumbLabel="Strength of the heat" size="xs" min={0} max={1} step={0.05} value={opacity} onChange={setOpacity} label={null} disabled={!activity?.heat} />
          </div>
          <p className={styles.note}>{activity?.noHeat ?? method?.text}</p>
          {frames !== null && frames.shape[0] > 1 && <FrameGrid data={frames.data} shape={frames.shape} current={timestep} onPick={setStep} columns={5} />}
        </Panel>
        {activity !== null && (
          <div className={styles.stack}>
            <Panel help="chart.raster" title={open === null ? `Spikes of ${activity.layer}` : `Spikes of ${activity.layer}, channel ${open + 1}`} aside={activity.binary ? undefined : <span className={styles.note}>at least 1/2 counts as a spike</span>}>
              <RasterPlot activity={activity} channel={open} timestep={timestep} onTimestep={setStep} />
            </Panel>
            <Panel
              title="Feature maps"
              help="chart.maps"
              aside={
                <SegmentedControl
                  size="xs"
                  aria-label="What the feature maps show"
                  value={maps}
                  onChange={(value) => setMaps(value === 'mean' || value === 'channels' ? value : 'timestep')}
                  data={[
                    { value: 'timestep', label: `t = ${timestep + 1}` },
                    { value: 'mean', label: 'over time' },
                    { value: 'channels', label: 'over channels' },
                  ]}
                />
              }
            >
              <FeatureMaps activity={activity} shown={maps} timestep={timestep} onTimestep={setStep} channel={open} onChannel={setChannel} />
            </Panel>
          </div>
        )}
      </div>
    </>
  )
}

/** What a network does with one sample: its input frames, a layer's spikes over time, feature maps, and where they matter. */
export function ActivityPage({ run, title, text }: { readonly run: Run; readonly title: string; readonly text: string }) {
  const datasets = useLibrary((state) => state.datasets)
  if (datasets === null) return null
  const dataset = datasetOf(run, datasets)
  return (
    <div className={widgets.page}>
      <section className={shared.inner} aria-label={title}>
        <h2 className={shared.title}>{title}</h2>
        <p className={shared.text}>{text}</p>
        {dataset === undefined ? (
          <p className={shared.nothing}>{missingData(run, datasets)?.message}</p>
        ) : !hasWeights({ ...run, epochsDone: run.epochs.length }) ? (
          <p className={shared.nothing}>The run has no checkpoint yet: its first epoch is not finished.</p>
        ) : (
          <Sample key={`${run.id} ${dataset.id}`} run={run} dataset={dataset} />
        )}
      </section>
    </div>
  )
}
