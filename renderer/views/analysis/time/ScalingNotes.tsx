import { Panel } from '../../../widgets/Panel.tsx'
import styles from '../energy/energy.module.css'
import type { ExtraProps } from '../registry.ts'

/** Where the frames came from, and what could not be evaluated. */
export function ScalingNotes({ runs }: ExtraProps<'scaling'>) {
  const lines = runs.flatMap(({ name, result: { notes, left } }) => {
    const whose = runs.length > 1 ? `${name}: ` : ''
    return [...notes.map((note) => `${whose}${note}`), ...left.map(({ timesteps, reason }) => `${whose}T = ${timesteps} left out. ${reason}`)]
  })
  if (lines.length === 0) return null
  return (
    <Panel title="How it was evaluated">
      {[...new Set(lines)].map((line) => (
        <p key={line} className={styles.line}>{line}</p>
      ))}
    </Panel>
  )
}
