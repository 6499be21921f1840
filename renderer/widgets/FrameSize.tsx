import { NumberInput, Select } from '@mantine/core'
import type { Framing } from '../../preload/contract/index.ts'
import { HelpTip } from './Help.tsx'
import styles from './framing.module.css'

const sizes = [32, 48, 64, 96, 128, 224]

/** The resize choice in words of the select: "sensor", "48x48" or "custom". */
export function resizeChoice(resize: Framing['resize']): string {
  if (resize === null) return 'sensor'
  return resize[0] === resize[1] && sizes.includes(resize[0]) ? `${resize[0]}x${resize[1]}` : 'custom'
}

export interface FrameSizeProps {
  readonly value: Framing['resize']
  readonly onChange: (resize: Framing['resize']) => void
  /** What not to resize is called; null where everything has to be. */
  readonly own: string | null
}

/** The size of frames: their own, a usual one, or any. */
export function FrameSize({ value, onChange, own }: FrameSizeProps) {
  const choice = resizeChoice(value)
  return (
    <>
      <div className={styles.row} data-help="framing.resize">
        <span>
          Size <HelpTip of="framing.resize" />
        </span>
        <Select
          aria-label="Frame size"
          w={124}
          value={choice}
          onChange={(next) => {
            if (next === 'sensor') onChange(null)
            else if (next === 'custom') onChange([40, 40])
            else if (next !== null) onChange([Number(next.split('x')[0]), Number(next.split('x')[1])])
          }}
          data={[
            ...(own === null ? [] : [{ value: 'sensor', label: own }]),
            ...sizes.map((size) => ({ value: `${size}x${size}`, label: `${size} × ${size}` })),
            { value: 'custom', label: 'Other…' },
          ]}
        />
      </div>
      {choice === 'custom' && value !== null && (
        <div className={styles.row} data-help="framing.resize">
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
                value={value[axis]}
                onChange={(text) => {
                  if (typeof text !== 'number' || !Number.isInteger(text) || text < 4 || text > 1024) return
                  onChange(axis === 0 ? [text, value[1]] : [value[0], text])
                }}
              />
            ))}
          </span>
        </div>
      )}
    </>
  )
}
