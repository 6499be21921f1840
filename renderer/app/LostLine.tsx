import { useEffect, useState } from 'react'
import { Button } from '@mantine/core'
import { useConnection } from '../api/connection.ts'
import { useRemote } from '../api/remote.ts'
import { attempt } from '../api/workbench.ts'
import { lostWords, retryWords } from './lost-line.ts'
import { useRemoteDialog } from './RemoteDialog.tsx'
import styles from './shell.module.css'

/** A line that comes back sooner is not told: the page would jump for nothing. */
const patienceMs = 800

/** The time, from one quarter of a second to the next. */
function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** Counts down; not read out, as every second would be. */
function Countdown() {
  const at = useConnection(({ retryAt }) => retryAt)
  return <time aria-live="off">{retryWords(at, useNow())}</time>
}

function Banner() {
  const remote = useRemote(({ state }) => state?.current ?? null)
  const retry = useConnection((state) => state.retry)
  const { what, kept, tried } = lostWords(remote)
  return (
    <section className={styles.lost} aria-label="Lost line">
      <div role="status">
        <b>{what}</b> {kept}
      </div>
      {tried ? (
        <>
          <Countdown />
          <Button size="compact-sm" variant="default" onClick={retry}>
            Try now
          </Button>
        </>
      ) : (
        <Button size="compact-sm" variant="default" onClick={() => useRemoteDialog.setState({ open: true })}>
          Connect again…
        </Button>
      )}
      {remote !== null && (
        <Button size="compact-sm" variant="default" onClick={() => void attempt('remote.leave', {}, 'The way back failed')}>
          Work on this computer
        </Button>
      )}
    </section>
  )
}

/** Below the header while the line to the workbench is cut: what happened, what is kept, and when it is tried again. */
export function LostLine() {
  const lost = useConnection(({ state }) => state === 'lost')
  const [told, setTold] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setTold(lost), lost ? patienceMs : 0)
    return () => clearTimeout(timer)
  }, [lost])
  return lost && told ? <Banner /> : null
}
