import { useState, type ReactNode } from 'react'
import { Alert, Button, SegmentedControl } from '@mantine/core'
import type { AnalysisKind, StoredAnalysis } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { ask, messageOf } from '../../../api/workbench.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { CentroidFigure } from './CentroidFigure.tsx'
import { EnergyFigure } from './EnergyFigure.tsx'
import { FisherFigure } from './FisherFigure.tsx'
import { LandscapeFigure } from './LandscapeFigure.tsx'
import { TimeFigure } from './TimeFigure.tsx'
import styles from './analysis.module.css'

const figures: readonly { readonly kind: AnalysisKind; readonly title: string; readonly text: string }[] = [
  {
    kind: 'fisher',
    title: 'Fisher information',
    text: 'How much the first t outputs depend on the weights, and its centre of mass over time (TRT, Fig. 2): training moves it to early timesteps.',
  },
  {
    kind: 'centroid',
    title: 'Information centroid over epochs',
    text: 'Fisher information of every kept checkpoint: how temporal information concentrates in early timesteps. Needs a run that keeps checkpoints (New run, “Keep every”).',
  },
  {
    kind: 'landscape',
    title: 'Loss landscape',
    text: 'The loss around the checkpoint in two random directions, each filter as long as the weights’ own (TRT, Fig. 3; TET, Fig. 2): flatter valleys generalize better.',
  },
  {
    kind: 'time',
    title: 'Accuracy over time',
    text: 'Each timestep alone, the running mean, and what stopping early would cost (TET, Table 4).',
  },
  {
    kind: 'energy',
    title: 'Energy',
    text: 'Additions and multiply-accumulates of an inference, and their energy in 45 nm CMOS, beside the same network without spikes.',
  },
]

function Shown({ analysis }: { readonly analysis: StoredAnalysis }): ReactNode {
  switch (analysis.result.kind) {
    case 'fisher':
      return <FisherFigure result={analysis.result} />
    case 'centroid':
      return <CentroidFigure result={analysis.result} />
    case 'landscape':
      return <LandscapeFigure result={analysis.result} />
    case 'time':
      return <TimeFigure result={analysis.result} />
    case 'energy':
      return <EnergyFigure result={analysis.result} />
    case 'firing':
    case 'mistakes':
    case 'scaling':
    case 'gradients':
    case 'weights':
      return null
  }
}

/** The papers' analyses of a run's checkpoint: computed when asked for, kept with the run. */
export function AnalysesPanel({ run, keepsEpochs }: { readonly run: string; /** Whether the run keeps checkpoints of single epochs. */ readonly keepsEpochs: boolean }) {
  const { data, reload } = useCall('runs.analyses', { id: run }, true)
  const [checkpoint, setCheckpoint] = useState<'best' | 'last'>('best')
  const [busy, setBusy] = useState<AnalysisKind | null>(null)
  const [error, setError] = useState<string | null>(null)
  const compute = async (kind: AnalysisKind) => {
    setBusy(kind)
    setError(null)
    try {
      await ask('runs.analyze', { id: run, kind, options: { checkpoint } })
    } catch (fault) {
      setError(messageOf(fault))
    }
    setBusy(null)
    reload()
  }
  return (
    <section aria-label="Analyses" className={styles.analyses}>
      <div className={styles.head}>
        <h3>Analyses</h3>
        <SegmentedControl
          size="xs"
          aria-label="Checkpoint analysed"
          value={checkpoint}
          data={[
            { value: 'best', label: 'Best checkpoint' },
            { value: 'last', label: 'Last' },
          ]}
          onChange={(value) => {
            setCheckpoint(value === 'last' ? 'last' : 'best')
            setError(null)
          }}
        />
      </div>
      {error !== null && (
        <Alert color="red" role="alert">
          {error}
        </Alert>
      )}
      <div className={styles.grid}>
        {figures.map(({ kind, title, text }) => {
          const found = data?.analyses.find(({ result }) => result.kind === kind && result.options.checkpoint === checkpoint)
          return (
            <Panel
              key={kind}
              title={title}
              aside={
                <Button
                  size="compact-xs"
                  variant={found ? 'subtle' : 'light'}
                  loading={busy === kind}
                  disabled={(busy !== null && busy !== kind) || (kind === 'centroid' && !keepsEpochs)}
                  aria-label={`Compute ${title}`}
                  onClick={() => void compute(kind)}
                >
                  {found ? 'Compute again' : 'Compute'}
                </Button>
              }
            >
              {found ? (
                <>
                  <Shown analysis={found} />
                  <p className={styles.source}>
                    {checkpoint} checkpoint, epoch {found.epoch}, {found.result.options.split} split
                  </p>
                </>
              ) : (
                <p className={styles.text}>{text}</p>
              )}
            </Panel>
          )
        })}
      </div>
    </section>
  )
}
