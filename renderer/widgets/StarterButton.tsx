import { useState } from 'react'
import { Button, type ButtonProps } from '@mantine/core'
import { IconSparkles } from '@tabler/icons-react'
import { isActive, useJobs } from '../api/jobs.ts'
import { createStarterProject } from '../app/starter.ts'

/** One click: simulated recordings, dataset, trained network, exported model. Says so while it is being made. */
export function StarterButton(props: ButtonProps) {
  const running = useJobs((state) => state.jobs.some((job) => job.kind === 'starter' && isActive(job)))
  const [asked, setAsked] = useState(false)
  return (
    <Button
      {...props}
      leftSection={<IconSparkles size={15} />}
      loading={asked}
      disabled={running}
      onClick={() => {
        setAsked(true)
        void createStarterProject().finally(() => setAsked(false))
      }}
    >
      {running ? 'Starter project is being made…' : 'Create the starter project'}
    </Button>
  )
}
