import { Code, Modal } from '@mantine/core'
import { create } from 'zustand'
import { useRemote } from '../api/remote.ts'
import { RemoteForm } from './RemoteForm.tsx'

/** Whether the dialog is open: the desktop's menu opens it. */
export const useRemoteDialog = create<{ readonly open: boolean }>(() => ({ open: false }))

/** Connects the desktop's windows to a workbench on another machine. */
export function RemoteDialog() {
  const open = useRemoteDialog((state) => state.open)
  const host = useRemote(({ state }) => state?.current?.host)
  return (
    <Modal opened={open} onClose={() => useRemoteDialog.setState({ open: false })} title="Remote workbench" size="lg">
      <p>
        Run <Code>saccade serve</Code> on the machine with the data and the GPU, and give the address that it prints. Runs, datasets and
        recordings are those of that machine then. Work on this computer goes on meanwhile.
        {host !== undefined && ` You look at ${host} now.`}
      </p>
      <RemoteForm />
    </Modal>
  )
}
