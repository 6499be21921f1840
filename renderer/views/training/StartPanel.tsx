import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconClock, IconPlayerPlay } from '@tabler/icons-react'
import type { CallOutput, Sweep, TrainingConfig } from '../../../preload/contract/index.ts'
import { stagesOf, totalEpochs } from '../../../preload/contract/training.ts'
import { useCall } from '../../api/use-call.ts'
import { ask, attempt, messageOf } from '../../api/workbench.ts'
import { compact, count, seconds } from '../../app/format.ts'
import { go, type Route } from '../../app/route.ts'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { useRunForm } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import { forgetSweep, runsOf, sweepOf, useSweepForm } from './sweep-form.ts'
import styles from './form.module.css'

type Estimate = CallOutput<'training.estimate'>

/** Seconds of all stages; work grows with the timesteps. */
export function wholeRun(config: TrainingConfig, { secondsPerEpoch, timesteps }: Pick<Estimate, 'secondsPerEpoch' | 'timesteps'>): number {
  return stagesOf(config).reduce((sum, stage) => sum + stage.epochs * secondsPerEpoch * ((stage.timesteps ?? timesteps) / timesteps), 0)
}

async function startRun(config: TrainingConfig): Promise<Route | null> {
  const answer = await attempt('runs.start', config, 'The run could not be started')
  return answer && { view: 'training', page: 'run', id: answer.run }
}

async function startExperiment(config: TrainingConfig, sweep: Sweep): Promise<Route | null> {
  const answer = await attempt('experiments.start', { config, sweep }, 'The experiment could not be started')
  return answer && { view: 'training', page: 'experiment', id: answer.experiment }
}

/** Measures on demand how long the run will take, and starts it. */
export function StartPanel({ form, faults }: FormPart) {
  const { config } = form
  const key = JSON.stringify({ ...config, name: '', epochs: 0 })
  const [measured, setMeasured] = useState<{ key: string; estimate: Estimate | null; error: string | null } | null>(null)
  const [busy, setBusy] = useState<'estimate' | 'start' | null>(null)
  const sweep = sweepOf(useSweepForm((state) => state.sweep), config.seed)
  const runs = sweep === null ? 1 : runsOf(sweep)
  // A sweep is tried as it is typed: what can't be is told beside the button.
  const tried = useCall('experiments.preview', sweep === null || faults.size > 0 || runs === 0 ? null : { config, sweep })
  const fault = sweep === null ? null : runs === 0 ? 'A setting is varied without values.' : tried.error
  const valid = faults.size === 0 && fault === null
  const shown = measured?.key === key ? measured : null

  const estimate = () => {
    setBusy('estimate')
    ask('training.estimate', config)
      .then(
        (found) => setMeasured({ key, estimate: found, error: null }),
        (error: unknown) => setMeasured({ key, estimate: null, error: messageOf(error) }),
      )
      .finally(() => setBusy(null))
  }
  const start = async () => {
    setBusy('start')
    const route = sweep === null ? await startRun(config) : await startExperiment(config, sweep)
    setBusy(null)
    if (route === null) return
    useRunForm.setState({ form: null })
    forgetSweep()
    go(route)
  }
  return (
    <Panel>
      <div className={styles.start}>
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy === 'start'}
          disabled={!valid}
          onClick={() => void start()}
        >
          {runs === 1 ? 'Start training' : `Start ${runs} runs`}
        </Button>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconClock size={16} />}
          loading={busy === 'estimate'}
          disabled={!valid}
          onClick={estimate}
        >
          How long will it take?
        </Button>
      </div>
      {fault !== null && (
        <p className={styles.note} role="alert">
          {fault}
        </p>
      )}
      {faults.size > 0 && <p className={styles.note}>{[...faults].map(([field, fault]) => `${field}: ${fault}`).join('; ')}</p>}
      {shown?.error !== null && shown?.error !== undefined && <Failure message={shown.error} />}
      {shown?.estimate && (
        <p className={styles.estimate} role="status">
          <b>{seconds(runs * wholeRun(config, shown.estimate))}</b> for {runs === 1 ? '' : `${count(runs)} runs of `}
          {count(totalEpochs(config))} epochs:{' '}
          {seconds(shown.estimate.secondsPerEpoch)} each{config.stages === undefined ? '' : ' of the last stage'}, {compact(shown.estimate.samplesPerSecond)} samples/s,{' '}
          {count(shown.estimate.parameters)} parameters. Measured on this machine just now.
        </p>
      )}
      {shown === null && busy !== 'estimate' && valid && (
        <p className={styles.note}>The estimate runs a few real training steps with these settings.</p>
      )}
    </Panel>
  )
}
