import type { Framing } from '../../../preload/contract/index.ts'
import { FrameSize } from '../../widgets/FrameSize.tsx'
import { TimestepsInput } from '../../widgets/TimestepsInput.tsx'
import framing from '../../widgets/framing.module.css'
import styles from './datasets.module.css'

export interface PictureControlsProps {
  readonly value: Framing
  readonly onChange: (framing: Framing) => void
  /** Whether all pictures have one size: only then can they keep it. */
  readonly oneSize: boolean
}

/** How static pictures become the input of a spiking network: how often each is repeated, and its size. */
export function PictureControls({ value, onChange, oneSize }: PictureControlsProps) {
  return (
    <>
      <div className={framing.controls} role="group" aria-label="Pictures as input">
        <label className={framing.row}>
          <span>Repeats T</span>
          <TimestepsInput label="Repeats" value={value.timesteps} onChange={(timesteps) => onChange({ ...value, timesteps })} />
        </label>
        <FrameSize
          value={value.resize}
          onChange={(resize) => onChange({ ...value, resize })}
          own={oneSize ? 'As they are' : null}
          help="Antialiased resize; a picture of another shape fills the frame, what stands out is cut off"
        />
      </div>
      <p className={styles.hint}>
        A picture does not change over time: the network is shown the same one at each of its {value.timesteps}{' '}
        {value.timesteps === 1 ? 'timestep' : 'timesteps'}. More repeats give it longer to answer and cost as much more time; on disk each
        picture is kept once. The papers use 2 to 6.
      </p>
      {!oneSize && <p className={styles.hint}>The pictures have different sizes: all are resized to one.</p>}
    </>
  )
}
