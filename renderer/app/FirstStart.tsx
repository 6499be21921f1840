import { Button, Code } from '@mantine/core'
import { IconFolderOpen, IconFolderPlus } from '@tabler/icons-react'
import { StarterButton } from '../widgets/StarterButton.tsx'
import { skipFirstStart } from './first-start.ts'
import { RemoteForm } from './RemoteForm.tsx'
import { go } from './route.ts'
import styles from './first-start.module.css'

/** The first start, while the library is empty: three ways to begin, none of which shuts off the others. */
export function FirstStart({ chooseRecording }: { readonly chooseRecording: () => void }) {
  return (
    <section className={styles.page} aria-labelledby="first-start">
      <h2 id="first-start">Three ways to begin</h2>
      <ol className={styles.ways}>
        <li>
          <h3>Starter project</h3>
          <p>
            No recordings at hand: some are simulated, and made into a dataset, a trained network and an ONNX model that you can try. Takes
            a few minutes.
          </p>
          <StarterButton />
        </li>
        <li>
          <h3>Your own folder</h3>
          <p>
            One subfolder per class becomes a dataset to train on. A single recording can be played, and shows the frames that a network
            would get.
          </p>
          <Button
            variant="default"
            leftSection={<IconFolderPlus size={15} />}
            onClick={() => go({ view: 'datasets', page: 'import', folder: null })}
          >
            Import a folder
          </Button>
          <Button variant="default" leftSection={<IconFolderOpen size={15} />} onClick={chooseRecording}>
            Open a recording
          </Button>
        </li>
        <li>
          <h3>Remote workbench</h3>
          <RemoteWorkbench />
        </li>
      </ol>
      <Button variant="subtle" onClick={skipFirstStart}>
        Skip
      </Button>
    </section>
  )
}

/** Data and GPU on another machine. */
function RemoteWorkbench() {
  return (
    <>
      <p>
        Data and GPU on another machine: run <Code>saccade serve --port 4173</Code> there, forward its port with{' '}
        <Code>ssh -L 4173:127.0.0.1:4173 HOST</Code>, and give the address that it prints here.
      </p>
      <RemoteForm />
    </>
  )
}
