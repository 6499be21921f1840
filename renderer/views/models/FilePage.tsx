import { useEffect, useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import type { ForeignReadingInput } from '../../../preload/contract/index.ts'
import { refresh, useLibrary } from '../../api/library.ts'
import { notify } from '../../api/notices.ts'
import { useCall } from '../../api/use-call.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import { baseName } from '../../app/format.ts'
import { formatRoute, go } from '../../app/route.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import widgets from '../../widgets/widgets.module.css'
import { ForeignForm } from './ForeignForm.tsx'
import { shapeWords } from './foreign.ts'
import { TryPanel } from './TryPanel.tsx'
import styles from './models.module.css'

/** An .onnx file that is not in the library: what it is, trying it, taking it in. */
export function FilePage({ path }: { readonly path: string }) {
  const { data: facts, error } = useCall('models.look', { path })
  // A file of the library's, from wherever it was opened, is that model: its page takes this one's place in the history.
  const known = useLibrary(({ models }) => (facts?.origin === 'saccade' ? models?.find(({ hash }) => hash === facts.hash)?.id : undefined))
  useEffect(() => {
    if (known !== undefined) window.location.replace(formatRoute({ view: 'models', page: 'model', id: known }))
  }, [known])
  const [state, setState] = useState<{ busy: boolean; failure: string | null }>({ busy: false, failure: null })
  const take = async (name?: string, reading?: ForeignReadingInput) => {
    setState({ busy: true, failure: null })
    try {
      const { model } = await ask('models.import', { path, ...(name !== undefined && { name }), ...(reading && { reading }) })
      await refresh('models')
      notify({ tone: 'success', title: 'Model imported', message: baseName(path) })
      go({ view: 'models', page: 'model', id: model })
    } catch (failure) {
      setState({ busy: false, failure: messageOf(failure) })
    }
  }
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <h2 title={path}>{baseName(path)}</h2>
          <span className={widgets.grow} />
          {facts?.origin === 'saccade' && (
            <Button loading={state.busy} leftSection={<IconFileImport size={15} />} onClick={() => void take()}>
              Import into the library
            </Button>
          )}
        </div>
        <div className={styles.stack}>
          {error !== null && <Failure message={error} />}
          {state.failure !== null && <Failure message={state.failure} />}
          {facts === null && error === null && (
            <p role="status">
              <Loader size="xs" /> Reading the file…
            </p>
          )}
          {facts?.origin === 'saccade' && (
            <>
              <Panel title="Exported by Saccade">
                <Facts
                  rows={[
                    ['Name', facts.name],
                    ['Format', facts.format],
                    ['Input', shapeWords([null, ...facts.shape])],
                    ['Classes', facts.classes.join(', ')],
                  ]}
                />
              </Panel>
              <TryPanel model={path} title={`Try ${baseName(path)}`} />
            </>
          )}
          {facts?.origin === 'foreign' && (
            <Panel title="A classifier of another origin">
              <Facts
                rows={[
                  ['Written by', facts.producer],
                  ['Input', `${facts.ports.input} ${shapeWords(facts.ports.inputShape)}`],
                  ['Output', `${facts.ports.output} ${shapeWords(facts.ports.outputShape)}${facts.ports.probabilities ? ', a softmax' : ''}`],
                  ['It is run', facts.ports.layout === 'NCHW' ? 'frame by frame; the answers of all frames are averaged' : 'on all frames of a sample at once'],
                ]}
              />
              <p className={styles.note}>Its file does not say how recordings become its input: state it as it was in its training.</p>
              <div style={{ marginTop: 14, maxWidth: 560 }}>
                <ForeignForm file={baseName(path)} ports={facts.ports} busy={state.busy} onImport={(name, reading) => void take(name, reading)} />
              </div>
            </Panel>
          )}
        </div>
      </div>
    </div>
  )
}
