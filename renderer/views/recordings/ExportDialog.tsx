import { useRef, useState } from 'react'
import { Button, Modal, Progress, SegmentedControl, Select } from '@mantine/core'
import { useStore } from 'zustand'
import { messageOf } from '../../api/workbench.ts'
import { notify } from '../../api/notices.ts'
import { count, duration, percent, timecode } from '../../app/format.ts'
import {
  canEncodeVideo,
  exportGif,
  exportPng,
  exportWebm,
  filmTimes,
  gifRates,
  webmRates,
  type FilmRequest,
} from '../../stage/media/film.ts'
import { saveBlob } from '../../stage/media/save.ts'
import { playedRange, speeds } from '../../stage/playback.ts'
import type { Player } from '../../stage/player.ts'
import { speedLabel } from '../../stage/Transport.tsx'
import { ExportEvents } from './ExportEvents.tsx'
import { exportName, type ExportKind } from './export.ts'
import { useRecordings } from './session.ts'
import styles from './recordings.module.css'

const kinds: { value: ExportKind; label: string }[] = [
  { value: 'events', label: 'Events' },
  { value: 'png', label: 'Picture' },
  { value: 'webm', label: 'WebM film' },
  { value: 'gif', label: 'GIF film' },
]

const makers = { webm: exportWebm, gif: exportGif } as const

function Film({
  player,
  path,
  kind,
  close,
}: {
  readonly player: Player
  readonly path: string
  readonly kind: 'webm' | 'gif'
  readonly close: () => void
}) {
  const state = player.store.getState()
  const [from, to] = playedRange(state)
  const [speed, setSpeed] = useState<number>(state.speed)
  const [rate, setRate] = useState<number>(25)
  const [share, setShare] = useState<number | null>(null)
  const cancel = useRef<AbortController | null>(null)
  const film: FilmRequest = { from, to, speed, rate }
  const pictures = Math.max(1, Math.round(((to - from) / 1e6 / speed) * rate))
  const make = async () => {
    const control = new AbortController()
    cancel.current = control
    const before = player.store.getState().time
    setShare(0)
    try {
      saveBlob(await makers[kind](player, film, control.signal, setShare), `${exportName(path, state)}.${kind}`)
      close()
    } catch (error) {
      if (!control.signal.aborted) notify({ tone: 'error', title: 'The film could not be made', message: messageOf(error) })
    } finally {
      setShare(null)
      player.seek(before)
    }
  }
  return (
    <>
      <div className={styles.exportRow}>
        <Select
          label="Speed"
          data={speeds.map((value) => ({ value: String(value), label: speedLabel(value) }))}
          value={String(speed)}
          onChange={(value) => setSpeed(Number(value))}
        />
        <Select
          label="Pictures a second"
          data={(kind === 'gif' ? gifRates : webmRates).map(String)}
          value={String(rate)}
          onChange={(value) => setRate(Number(value))}
        />
      </div>
      <p className={styles.note}>
        {timecode(from, state.duration)} to {timecode(to, state.duration)}: {count(pictures)} pictures, a film of{' '}
        {duration((to - from) / speed)}, as the stage is set now.
        {pictures > 2000 && ' That is a long film: set IN and OUT marks for a part, or choose a higher speed.'}
      </p>
      {kind === 'webm' && !canEncodeVideo() && (
        <p className={styles.note}>
          This browser encodes no video on a page from another machine. GIF works, and so does the desktop window.
        </p>
      )}
      {share === null ? (
        <Button disabled={(kind === 'webm' && !canEncodeVideo()) || filmTimes(film).length === 0} onClick={() => void make()}>
          Make the film
        </Button>
      ) : (
        <div className={styles.exportRow}>
          <Progress value={share * 100} aria-label="Progress of the film" style={{ flex: 1 }} />
          <span>{percent(share, 0)}</span>
          <Button variant="default" onClick={() => cancel.current?.abort()}>
            Cancel
          </Button>
        </div>
      )}
    </>
  )
}

function Picture({ player, path, close }: { readonly player: Player; readonly path: string; readonly close: () => void }) {
  const time = useStore(player.store, (state) => state.time)
  const length = useStore(player.store, (state) => state.duration)
  const make = async () => {
    try {
      saveBlob(
        await exportPng(player),
        `${exportName(path, { markIn: null, markOut: null, duration: length })} ${timecode(time, length)}.png`,
      )
      close()
    } catch (error) {
      notify({ tone: 'error', title: 'The picture could not be made', message: messageOf(error) })
    }
  }
  return (
    <>
      <p className={styles.note}>The picture on the stage at {timecode(time, length)}, in whole multiples of the sensor’s pixels.</p>
      <Button onClick={() => void make()}>Save the picture</Button>
    </>
  )
}

/** Saves what is on the stage: events of the marked part, a picture, a film. */
export function ExportDialog({ player, path }: { readonly player: Player; readonly path: string }) {
  const kind = useRecordings((state) => state.exporting)
  const close = () => useRecordings.setState({ exporting: null })
  return (
    <Modal opened={kind !== null} onClose={close} title="Save from the stage" size="md">
      {kind !== null && (
        <div className={styles.exporting}>
          <SegmentedControl
            aria-label="What to save"
            data={kinds}
            value={kind}
            onChange={(value) => useRecordings.setState({ exporting: value as ExportKind })}
          />
          {kind === 'events' && <ExportEvents player={player} path={path} close={close} />}
          {kind === 'png' && <Picture player={player} path={path} close={close} />}
          {(kind === 'webm' || kind === 'gif') && <Film key={kind} player={player} path={path} kind={kind} close={close} />}
        </div>
      )}
    </Modal>
  )
}
