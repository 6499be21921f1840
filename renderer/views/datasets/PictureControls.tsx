import type { Framing } from '../../../preload/contract/index.ts'
import { FrameSize } from '../../widgets/FrameSize.tsx'
import { TimestepsInput } from '../../widgets/TimestepsInput.tsx'
import { HelpTip } from '../../widgets/Help.tsx'
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
        <div className={framing.row} data-help="framing.timesteps">
          <span>
            Repeats T <HelpTip of="framing.timesteps" />
          </span>
          <TimestepsInput label="Repeats" value={value.timesteps} onChange={(timesteps) => onChange({ ...value, timesteps })} />
        </div>
        <FrameSize
          value={value.resize}
          onChange={(resize) => onChange({ ...value, resize })}
          own={oneSize ? 'As they are' : null}
        />
      </div>
      <p className={styles.hint}>
        A picture does not change over time: the network is shown the same one at each of its {value.timesteps}{' '}
        {value.timesteps === 1 ? 'timestep' : 'timesteps'}. More repeats give it longer to answer and cost as much more time; on disk each
        picture is kept once. Resized, a picture of another shape fills the frame, and what stands out is cut off. The papers use 2 to 6.
      </p>
      {!oneSize && <p className={styles.hint}>The pictures have different sizes: all are resized to one.</p>}
    </>
  )
}
