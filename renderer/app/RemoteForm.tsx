import { useState } from 'react'
import { Button, CloseButton, TextInput } from '@mantine/core'
import { readRemoteAddress } from '../../preload/contract/remote.ts'
import { useRemote } from '../api/remote.ts'
import { ask, attempt, messageOf } from '../api/workbench.ts'
import styles from './remote.module.css'

/**
 * Where the address of a workbench on another machine is given. On the desktop its main process connects, and keeps the token; a browser
 * goes to the server's own page.
 */
export function RemoteForm() {
  const known = useRemote(({ state }) => state?.known) ?? []
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const read = readRemoteAddress(text)
  const plain = 'plain' in read && read.plain
  const connect = (address: string) => {
    setBusy(true)
    setProblem(null)
    ask('remote.connect', { address })
      .catch((error: unknown) => setProblem(messageOf(error)))
      .finally(() => setBusy(false))
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if ('problem' in read) setProblem(read.problem)
        else if (window.saccade) connect(text)
        else window.location.assign(read.url)
      }}
    >
      <TextInput
        aria-label="Address of the remote workbench"
        placeholder="http://127.0.0.1:4173/#token=…"
        autoComplete="off"
        spellCheck={false}
        value={text}
        error={problem}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setProblem(null)
        }}
      />
      {plain && <p role="status">This address has no TLS: who listens on the way can read the token and your data.</p>}
      <Button type="submit" variant="default" loading={busy}>
        Open remote workbench
      </Button>
      {known.length > 0 && (
        <ul className={styles.known} aria-label="Known workbenches">
          {known.map(({ origin, token }) => (
            <li key={origin}>
              <Button
                variant="subtle"
                size="compact-sm"
                disabled={busy}
                // Without its token the address is only a beginning.
                onClick={() => (token ? connect(origin) : setText(`${origin}/#token=`))}
              >
                {origin}
              </Button>
              <CloseButton
                size="sm"
                aria-label={`Forget ${origin}`}
                onClick={() => void attempt('remote.forget', { origin }, 'It could not be forgotten')}
              />
            </li>
          ))}
        </ul>
      )}
    </form>
  )
}
