import type { RunState } from '../../../preload/contract/index.ts'
import { Tag, type Tone } from '../../widgets/Tag.tsx'

const tones: Record<RunState, Tone> = { waiting: 'neutral', running: 'accent', stopped: 'warn', finished: 'good', failed: 'bad' }

/** How a run stands. */
export function StateTag({ state }: { readonly state: RunState }) {
  return <Tag tone={tones[state]}>{state}</Tag>
}
