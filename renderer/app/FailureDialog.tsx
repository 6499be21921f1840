import { Button, CopyButton, Group, Modal } from '@mantine/core'
import { useLibrary } from '../api/library.ts'
import { Facts } from '../widgets/Panel.tsx'
import { closeFailure, failureDetails, useFailure } from './failures.ts'
import { go } from './route.ts'

/** A failure in full: what happened, what was kept, what to do, and all of it to copy. */
export function FailureDialog() {
  const shown = useFailure((state) => state.shown)
  const version = useLibrary((state) => state.info?.version)
  return (
    <Modal opened={shown !== null} onClose={closeFailure} title={shown?.title ?? ''}>
      {shown !== null && (
        <>
          <Facts
            rows={[
              ['What happened', shown.happened],
              ['What was kept', shown.kept],
              ['What to do', shown.todo],
            ]}
          />
          <Group justify="flex-end" gap="xs" mt="md">
            <CopyButton value={failureDetails(shown, version, new Date())}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy details'}
                </Button>
              )}
            </CopyButton>
            <Button
              variant="default"
              onClick={() => {
                closeFailure()
                go({ view: 'settings', page: 'log' })
              }}
            >
              Log
            </Button>
            <Button onClick={closeFailure}>Close</Button>
          </Group>
        </>
      )}
    </Modal>
  )
}
