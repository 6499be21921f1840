import { useEffect } from 'react'
import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useLibrary } from '../../../api/library.ts'
import { baseName } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure, Problems } from '../../../widgets/Problems.tsx'
import { Tag } from '../../../widgets/Tag.tsx'
import widgets from '../../../widgets/widgets.module.css'
import { modelTitles } from '../titles.ts'
import { LiveAnswer, LiveNumbers, windowWords } from './LiveAnswer.tsx'
import { CuttingForm, LiveForm } from './LiveForm.tsx'
import { followLive, saidNow, sessionOf, useLive } from './state.ts'
import { Timeline } from './Timeline.tsx'
import styles from './live.module.css'

/** A model on events as they happen. @param id of a model, or path of an .onnx file */
export function LivePage({ id }: { readonly id: string }) {
  const models = useLibrary((state) => state.models)
  const session = useLive((state) => sessionOf(state.sessions, id))
  useEffect(() => followLive(), [])
  const model = models?.find((other) => other.id === id)
  const classes = session?.begun?.classes ?? model?.classes ?? []
  const timesteps = session?.begun?.timesteps ?? model?.shape[0] ?? 1
  const address = session?.begun?.address
  return (
    <div className={widgets.page}>
      <div className={widgets.inner}>
        <div className={widgets.toolbar}>
          <Button variant="default" leftSection={<IconArrowLeft size={15} />} onClick={() => go({ view: 'models', page: 'model', id })}>
            Model
          </Button>
          <h2 title={id}>Live: {modelTitles(models ?? []).get(id) ?? baseName(id)}</h2>
          {session && <Tag tone={session.running ? 'good' : 'neutral'}>{session.running ? session.activity : 'ended'}</Tag>}
          {session?.running && address && (
            <Tag>
              {address.host}:{address.port}
            </Tag>
          )}
        </div>
        <div className={styles.columns}>
          <div className={styles.stack}>
            <LiveForm model={id} session={session} />
            <CuttingForm session={session} />
            <Panel title="Latency and counts" help="chart.latency">
              <LiveNumbers statistics={session?.statistics ?? null} timesteps={timesteps} />
              <p className={styles.note}>Latency counts from the end of a window (of the last timestep that was taken, where each is computed as it ends), or from the arrival of what ended it, until its answer. Where the network is too slow, the oldest windows are dropped.</p>
            </Panel>
          </div>
          <div className={styles.stack}>
            {session?.error && <Failure message={session.error} />}
            <Panel title="Now" help="chart.probable">
              <LiveAnswer prediction={session && saidNow(session)} classes={classes} timesteps={timesteps} />
              {session?.begun && <p className={styles.note}>{windowWords(session.begun, session.settings.exitAt)}</p>}
            </Panel>
            <Panel title="Timeline" help="chart.timeline">
              <Timeline predictions={session?.predictions ?? []} classes={classes} />
            </Panel>
            {session && session.problems.length > 0 && (
              <Panel title="What went wrong">
                <Problems problems={session.problems.slice(-8).map((message) => ({ severity: 'warning', message }))} />
              </Panel>
            )}
          </div>
        </div>
      </div>
    </div>
  )
}
