import { NumberInput, SegmentedControl, Select, Tooltip } from '@mantine/core'
import type { Framing } from '../../preload/contract/index.ts'
import styles from './framing.module.css'

/** The contract's default (main/datasets/schema.ts): what the papers' settings for recordings of this kind use. */
export const defaultFraming: Framing = { timesteps: 10, splitBy: 'count', normalize: 'none', resize: [48, 48] }

const sizes = [32, 48, 64, 96, 128, 224]

/** The resize choice in words of the select: "sensor", "48x48" or "custom". */
export function resizeChoice(resize: Framing['resize']): string {
  if (resize === null) return 'sensor'
  return resize[0] === resize[1] && sizes.includes(resize[0]) ? `${resize[0]}x${resize[1]}` : 'custom'
}

/** Framing in a line: "10 frames by event count, counts, 48×48". */
export function framingText(framing: Framing): string {
  const size = framing.resize === null ? 'sensor size' : `${framing.resize[1]}×${framing.resize[0]}`
  const split = framing.splitBy === 'count' ? 'event count' : 'time'
  return `${framing.timesteps} frames by ${split}, ${framing.normalize === 'max' ? 'divided by maximum' : 'counts'}, ${size}`
}

/** How events become frames: T, how they are split, normalization and size. */
export function FramingControls({ value, onChange }: { readonly value: Framing; readonly onChange: (framing: Framing) => void }) {
  const whole = (text: string | number, least: number, most: number) =>
    typeof text === 'number' && Number.isInteger(text) && text >= least && text <= most ? text : null
  const choice = resizeChoice(value.resize)
  return (
    <div className={styles.controls} role="group" aria-label="Framing">
      <label className={styles.row}>
        <Tooltip label="T: the number of frames, one per timestep of the network">
          <span>Timesteps T</span>
        </Tooltip>
        <NumberInput
          aria-label="Timesteps"
          w={76}
          min={1}
          max={100}
          allowDecimal={false}
          value={value.timesteps}
          clampBehavior="strict"
          onChange={(text) => {
            const timesteps = whole(text, 1, 100)
            if (timesteps !== null) onChange({ ...value, timesteps })
          }}
        />
      </label>
      <div className={styles.row}>
        <Tooltip label="Blocks of equal event count, or of equal duration; the last block takes the remainder">
          <span>Split by</span>
        </Tooltip>
        <SegmentedControl
          aria-label="Split by"
          value={value.splitBy}
          onChange={(splitBy) => onChange({ ...value, splitBy: splitBy === 'time' ? 'time' : 'count' })}
          data={[
            { value: 'count', label: 'Events' },
            { value: 'time', label: 'Time' },
          ]}
        />
      </div>
      <div className={styles.row}>
        <Tooltip label="Plain event counts, or each frame divided by its largest value">
          <span>Values</span>
        </Tooltip>
        <SegmentedControl
          aria-label="Normalization"
          value={value.normalize}
          onChange={(normalize) => onChange({ ...value, normalize: normalize === 'max' ? 'max' : 'none' })}
          data={[
            { value: 'none', label: 'Counts' },
            { value: 'max', label: 'Max = 1' },
          ]}
        />
      </div>
      <div className={styles.row}>
        <Tooltip label="Antialiased bilinear resize; smaller frames train faster">
          <span>Size</span>
        </Tooltip>
        <Select
          aria-label="Frame size"
          w={124}
          value={choice}
          onChange={(next) => {
            if (next === 'sensor') onChange({ ...value, resize: null })
            else if (next === 'custom') onChange({ ...value, resize: [40, 40] })
            else if (next !== null) onChange({ ...value, resize: [Number(next.split('x')[0]), Number(next.split('x')[1])] })
          }}
          data={[
            { value: 'sensor', label: 'Sensor size' },
            ...sizes.map((size) => ({ value: `${size}x${size}`, label: `${size} × ${size}` })),
            { value: 'custom', label: 'Other…' },
          ]}
        />
      </div>
      {choice === 'custom' && value.resize !== null && (
        <div className={styles.row}>
          <span>Width × height</span>
          <span className={styles.pair}>
            {([1, 0] as const).map((axis) => (
              <NumberInput
                key={axis}
                aria-label={axis === 1 ? 'Frame width' : 'Frame height'}
                w={60}
                min={4}
                max={1024}
                allowDecimal={false}
                hideControls
                value={value.resize?.[axis]}
                onChange={(text) => {
                  const size = whole(text, 4, 1024)
                  if (size === null || value.resize === null) return
                  onChange({ ...value, resize: axis === 0 ? [size, value.resize[1]] : [value.resize[0], size] })
                }}
              />
            ))}
          </span>
        </div>
      )}
    </div>
  )
}
