import { useRef } from 'react'
import { Button } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { otherMachine, send } from '../api/uploads.ts'
import { givenByInput } from '../app/given.ts'
import styles from './files.module.css'

/**
 * In a dialog that shows another machine's files: sends one of this computer's (or a folder) there, and answers with where it lies then.
 * Nothing where the workbench is on this computer.
 */
export function SendFromHere({
  folder,
  sending,
  answer,
}: {
  readonly folder: boolean
  readonly sending: () => void
  readonly answer: (path: string | null) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const host = otherMachine()
  if (host === null) return null
  return (
    <div className={styles.here}>
      <span>
        These {folder ? 'folders' : 'files'} lie on <b>{host}</b>.
      </span>
      <Button variant="subtle" size="compact-sm" leftSection={<IconUpload size={14} aria-hidden />} onClick={() => input.current?.click()}>
        Send {folder ? 'a folder' : 'a file'} from this computer…
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={folder ? 'Folder to send' : 'File to send'}
        {...(folder && { webkitdirectory: '' })}
        onChange={(event) => {
          const given = givenByInput(event.currentTarget.files, folder)
          if (!given) return
          sending()
          void send(given).then(answer)
        }}
      />
    </div>
  )
}
