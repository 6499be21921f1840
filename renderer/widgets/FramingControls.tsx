import { NumberInput, SegmentedControl, Select } from '@mantine/core'
import { framingPresets, presetOf } from '../../preload/contract/framing-presets.ts'
import type { Filter, Framing } from '../../preload/contract/index.ts'
import { FrameSize } from './FrameSize.tsx'
import { HelpTip } from './Help.tsx'
import { TimestepsInput } from './TimestepsInput.tsx'
import styles from './framing.module.css'

/** The contract's default (main/datasets/schema.ts): what the papers' settings for recordings of this kind use. */
export const defaultFraming: Framing = { timesteps: 10, splitBy: 'count', normalize: 'none', resize: [48, 48] }

const representations = [
  { value: 'counts', label: 'Counts' },
  { value: 'binary', label: 'Binary' },
  { value: 'time-surface', label: 'Time surface' },
  { value: 'voxel-grid', label: 'Voxel grid' },
] as const

/** Framing in a line: "10 frames by event count, counts, 48×48". */
export function framingText(framing: Framing): string {
  const size = framing.resize === null ? 'sensor size' : `${framing.resize[1]}×${framing.resize[0]}`
  const { blockUs = 100_000, representation = 'counts' } = framing
  const split = { count: 'by event count', time: 'by time', duration: `of ${blockUs / 1000} ms` }[framing.splitBy]
  const holds = representations.find(({ value }) => value === representation)?.label.toLowerCase() ?? representation
  const values = framing.normalize === 'none' ? holds : representation === 'counts' ? 'divided by maximum' : `${holds} divided by maximum`
  return `${framing.timesteps} frames ${split}${framing.remainder === 'drop' ? ' without the remainder' : ''}, ${values}, ${size}${framing.resizing === 'uint8' ? ' (8-bit)' : ''}`
}

export interface FramingControlsProps {
  readonly value: Framing
  readonly onChange: (framing: Framing) => void
  /** The filters before it; a preset that needs filters is offered only where they can be set. */
  readonly filters?: readonly Filter[]
  readonly onFilters?: (filters: Filter[]) => void
}

/** How events become frames: a preset, or T, how they are split, what frames hold, normalization and size. */
export function FramingControls({ value, onChange, filters = [], onFilters }: FramingControlsProps) {
  const preset = presetOf(value, filters)
  const offered = framingPresets.filter((one) => onFilters !== undefined || one.filters.length === 0)
  return (
    <div className={styles.controls} role="group" aria-label="Framing">
      <div className={styles.row} data-help="framing.preset">
        <span>
          Preset <HelpTip of="framing.preset" />
        </span>
        <Select
          aria-label="Framing preset"
          w={180}
          placeholder="Own"
          value={preset?.name ?? null}
          data={offered.map(({ name }) => name)}
          onChange={(name) => {
            const chosen = offered.find((one) => one.name === name)
            if (chosen === undefined) return
            onChange({ ...chosen.framing, timesteps: value.timesteps })
            onFilters?.([...chosen.filters])
          }}
        />
      </div>
      <div className={styles.row} data-help="framing.timesteps">
        <span>
          Timesteps T <HelpTip of="framing.timesteps" />
        </span>
        <TimestepsInput label="Timesteps" value={value.timesteps} onChange={(timesteps) => onChange({ ...value, timesteps })} />
      </div>
      <div className={styles.row} data-help="framing.splitBy">
        <span>
          Split by <HelpTip of="framing.splitBy" />
        </span>
        <SegmentedControl
          aria-label="Split by"
          value={value.splitBy}
          onChange={(splitBy) => onChange({ ...value, splitBy: splitBy === 'time' || splitBy === 'duration' ? splitBy : 'count' })}
          data={[
            { value: 'count', label: 'Events' },
            { value: 'time', label: 'Time' },
            { value: 'duration', label: 'Duration' },
          ]}
        />
      </div>
      {value.splitBy === 'duration' && (
        <div className={styles.row} data-help="framing.blockUs">
          <span>
            Block <HelpTip of="framing.blockUs" />
          </span>
          <NumberInput
            aria-label="Duration of a block"
            w={124}
            min={1}
            allowDecimal={false}
            suffix=" µs"
            value={value.blockUs ?? 100_000}
            onChange={(text) => {
              if (typeof text === 'number' && Number.isInteger(text) && text >= 1 && text <= 1e10) onChange({ ...value, blockUs: text })
            }}
          />
        </div>
      )}
      <div className={styles.row} data-help="framing.representation">
        <span>
          Frames hold <HelpTip of="framing.representation" />
        </span>
        <Select
          aria-label="Representation"
          w={140}
          allowDeselect={false}
          value={value.representation ?? 'counts'}
          data={representations.map((one) => ({ value: one.value, label: one.label }))}
          onChange={(next) => {
            const { representation: _, ...rest } = value
            const chosen = representations.find((one) => one.value === next)?.value
            if (chosen !== undefined) onChange(chosen === 'counts' ? rest : { ...rest, representation: chosen })
          }}
        />
      </div>
      {value.representation === 'time-surface' && (
        <div className={styles.row} data-help="framing.tau">
          <span>
            Decay τ <HelpTip of="framing.tau" />
          </span>
          <NumberInput
            aria-label="Decay of time surfaces"
            w={124}
            min={1}
            suffix=" µs"
            value={value.tau ?? 50_000}
            onChange={(text) => {
              if (typeof text === 'number' && text > 0) onChange({ ...value, tau: text })
            }}
          />
        </div>
      )}
      <div className={styles.row} data-help="framing.normalize">
        <span>
          Values <HelpTip of="framing.normalize" />
        </span>
        <SegmentedControl
          aria-label="Normalization"
          value={value.normalize}
          onChange={(normalize) => onChange({ ...value, normalize: normalize === 'max' ? 'max' : 'none' })}
          data={[
            { value: 'none', label: 'As they are' },
            { value: 'max', label: 'Max = 1' },
          ]}
        />
      </div>
      <FrameSize
        value={value.resize}
        onChange={(resize) => onChange({ ...value, resize })}
        own="Sensor size"
      />
    </div>
  )
}
