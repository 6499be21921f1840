import { useEffect } from 'react'
import { ActionIcon, Button, Loader, SegmentedControl, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { baseName, duration, plural } from '../../app/format.ts'
import type { Player, PlayerState } from '../../stage/player.ts'
import { Stage } from '../../stage/Stage.tsx'
import { pick } from '../../widgets/picker.ts'
import { folderOf } from '../../app/format.ts'
import type { OpenRecording } from './loading.ts'
import { closeSecond, openSecond, secondShift, useRecordings } from './session.ts'
import styles from './recordings.module.css'

/** Asks for a recording to show beside the present one. */
export async function chooseSecond(path: string): Promise<void> {
  const chosen = await pick('recording', folderOf(path))
  if (chosen !== null) openSecond(chosen)
}

/** One transport for two: the second player shows what the first does, at its own or at the same clock's time. */
function useSharedTransport(first: Player, second: Player | null, shift: number): void {
  useEffect(() => {
    if (!second) return
    const follow = (state: PlayerState) => second.follow(state, state.time + shift)
    follow(first.store.getState())
    return first.store.subscribe(follow)
  }, [first, second, shift])
}

/** The recording beside the one on the stage, with its own facts and the choice of its time's zero. */
export function SecondStage({ first }: { readonly first: OpenRecording }) {
  const second = useRecordings((state) => state.second)
  const alignment = useRecordings((state) => state.alignment)
  const open = second.state === 'open' ? second : null
  useSharedTransport(first.player, open?.player ?? null, open ? secondShift(first.facts, open.facts, alignment) : 0)
  if (second.state === 'none') return null
  return (
    <section className={styles.second} aria-label="Second recording">
      <header>
        <b title={second.path}>{baseName(second.path)}</b>
        {open && (
          <span>
            {open.facts.width}×{open.facts.height} · {plural(open.facts.events, 'event')} ·{' '}
            {duration((open.facts.tLast ?? 0) - (open.facts.tFirst ?? 0))}
          </span>
        )}
        <SegmentedControl
          aria-label="Time zero of the second recording"
          data={[
            { value: 'own', label: 'own start' },
            { value: 'clock', label: 'same clock' },
          ]}
          value={alignment}
          onChange={(value) => useRecordings.setState({ alignment: value === 'clock' ? 'clock' : 'own' })}
        />
        <Tooltip label="Take the second recording away">
          <ActionIcon aria-label="Take the second recording away" onClick={closeSecond}>
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
      </header>
      {open && <Stage player={open.player} label={`Events of ${open.path}`} />}
      {second.state === 'opening' && (
        <p className={styles.secondNote} role="status">
          <Loader size={12} /> Reading the recording…
        </p>
      )}
      {second.state === 'failed' && (
        <div className={styles.secondNote} role="alert">
          {second.message}
          <Button onClick={() => void chooseSecond(second.path)}>Open another</Button>
        </div>
      )}
    </section>
  )
}
