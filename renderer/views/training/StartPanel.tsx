import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconClock, IconPlayerPlay } from '@tabler/icons-react'
import type { CallOutput, TrainingConfig } from '../../../preload/contract/index.ts'
import { stagesOf, totalEpochs } from '../../../preload/contract/training.ts'
import { ask, attempt, messageOf } from '../../api/workbench.ts'
import { compact, count, seconds } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { useRunForm } from './form.ts'
import type { FormPart } from './NewRunPage.tsx'
import styles from './form.module.css'

type Estimate = CallOutput<'training.estimate'>

/** Seconds of all stages; work grows with the timesteps. */
export function wholeRun(config: TrainingConfig, { secondsPerEpoch, timesteps }: Pick<Estimate, 'secondsPerEpoch' | 'timesteps'>): number {
  return stagesOf(config).reduce((sum, stage) => sum + stage.epochs * secondsPerEpoch * ((stage.timesteps ?? timesteps) / timesteps), 0)
}

/** Measures on demand how long the run will take, and starts it. */
export function StartPanel({ form, faults }: FormPart) {
  const { config } = form
  const key = JSON.stringify({ ...config, name: '', epochs: 0 })
  const [measured, setMeasured] = useState<{ key: string; estimate: Estimate | null; error: string | null } | null>(null)
  const [busy, setBusy] = useState<'estimate' | 'start' | null>(null)
  const valid = faults.size === 0
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
    const answer = await attempt('runs.start', config, 'The run could not be started')
    setBusy(null)
    if (answer === null) return
    useRunForm.setState({ form: null })
    go({ view: 'training', page: 'run', id: answer.run })
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
          Start training
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
      {!valid && <p className={styles.note}>{[...faults].map(([field, fault]) => `${field}: ${fault}`).join('; ')}</p>}
      {shown?.error !== null && shown?.error !== undefined && <Failure message={shown.error} />}
      {shown?.estimate && (
        <p className={styles.estimate} role="status">
          <b>{seconds(wholeRun(config, shown.estimate))}</b> for {count(totalEpochs(config))} epochs:{' '}
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
