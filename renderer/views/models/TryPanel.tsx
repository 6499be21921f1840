import { useMemo, useState, type ReactNode } from 'react'
import { Button, Menu, TextInput } from '@mantine/core'
import { IconFolderOpen, IconHistory, IconPlayerPlay, IconWaveSine } from '@tabler/icons-react'
import type { InferenceResult, ModelInput } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { ask, messageOf } from '../../api/workbench.ts'
import { baseName, count, figure, folderOf, percent, plural } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Bars } from '../../charts/Bars.tsx'
import { lineColor } from '../../charts/colors.ts'
import { LineChart } from '../../charts/LineChart.tsx'
import { FrameGrid } from '../../widgets/FrameGrid.tsx'
import { Panel } from '../../widgets/Panel.tsx'
import { pick } from '../../widgets/picker.ts'
import { filterWords } from '../../widgets/preparation.ts'
import { Failure, Problems } from '../../widgets/Problems.tsx'
import styles from './models.module.css'

/** The logits of the classes that matter, over the timesteps: the best ones of the result. */
export function logitLines(
  result: InferenceResult,
  most: number,
): { x: number[]; lines: { label: string; color: string; values: number[] }[] } {
  const best = result.top.slice(0, most).map(({ label }) => label)
  return {
    x: result.logitsPerTimestep.map((_, index) => index + 1),
    lines: best.map((label, index) => {
      const at = result.classes.indexOf(label)
      return { label, color: lineColor(index), values: result.logitsPerTimestep.map((logits) => logits[at] ?? 0) }
    }),
  }
}

function Latency({ latency }: { readonly latency: InferenceResult['latencyMs'] }) {
  const parts = [
    ['decode', latency.decode],
    ['frames', latency.frames],
    ['network', latency.network],
  ] as const
  return (
    <dl className={styles.latency} aria-label="Latency">
      {parts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure(Number(value.toPrecision(3)))} ms</dd>
        </div>
      ))}
    </dl>
  )
}

/** Input values of a static picture as they are seen: 0..1. */
export function pictureValues({ data, shape, normalization }: ModelInput): Float32Array {
  if (normalization === undefined) return data
  const pixels = shape[2] * shape[3]
  return data.map((value, index) => {
    const channel = Math.floor(index / pixels) % shape[1]
    return value * (normalization.std[channel] ?? 1) + (normalization.mean[channel] ?? 0)
  })
}

/** The very frames that the network was given, and how they were made. */
function Given({ input }: { readonly input: ModelInput }) {
  const values = useMemo(() => pictureValues(input), [input])
  const { filtered } = input
  return (
    <section className={styles.given} aria-label="What the network was given">
      <h4>What the network was given</h4>
      {filtered !== undefined && (
        <p className={styles.note}>
          {count(filtered.kept)} of {count(filtered.events)} events ({percent(filtered.events > 0 ? filtered.kept / filtered.events : null)}
          ) pass the model’s filters: {input.filters.map((filter) => filterWords(filter)).join(' → ')}.
        </p>
      )}
      <FrameGrid data={values} shape={input.shape} columns={5} {...(input.blocks && { blocks: input.blocks })} />
    </section>
  )
}

function Result({ result }: { readonly result: InferenceResult }) {
  const logits = useMemo(() => logitLines(result, 5), [result])
  const [first] = result.top
  return (
    <div className={styles.result}>
      <div className={styles.verdict}>
        <p role="status">
          <b>{first?.label ?? '–'}</b>
          <span>
            {percent(first?.probability)} · {baseName(result.recording)}
            {result.input?.normalization ? '' : `, ${plural(result.events, 'event')}`}
          </span>
        </p>
        <Latency latency={result.latencyMs} />
      </div>
      <Bars
        label="Most probable classes"
        most={1}
        bars={result.top.slice(0, 5).map(({ label, probability }, index) => ({
          label,
          text: percent(probability),
          parts: [{ value: probability, color: lineColor(index) }],
        }))}
      />
      <LineChart title="Logits per timestep" help="chart.logits" {...logits} xLabel="t =" format={figure} height={170} />
      {result.input && <Given input={result.input} />}
      {result.problems.length > 0 && <Problems problems={result.problems} />}
      {!result.input?.normalization && (
        <div>
          <Button
            variant="default"
            leftSection={<IconWaveSine size={15} />}
            onClick={() => go({ view: 'recordings', path: result.recording })}
          >
            Watch the recording
          </Button>
        </div>
      )}
    </div>
  )
}

/** Runs a model on a recording and shows what it makes of it. */
export function TryPanel({
  model,
  pictures = false,
  title,
  aside,
}: {
  readonly model: string
  /** Whether the model is one of static pictures. */
  readonly pictures?: boolean
  readonly title: string
  readonly aside?: ReactNode
}) {
  const recent = useLibrary((state) => state.recent)
  const [path, setPath] = useState('')
  const [busy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<{ result: InferenceResult | null; error: string | null } | null>(null)
  const run = (recording: string) => {
    if (recording.trim() === '') return
    setPath(recording)
    setBusy(true)
    ask('models.infer', { model, recording: recording.trim(), withInput: true })
      .then(
        (result) => setAnswer({ result, error: null }),
        (error: unknown) => setAnswer({ result: null, error: messageOf(error) }),
      )
      .finally(() => setBusy(false))
  }
  return (
    <Panel title={title} aside={aside}>
      <form
        className={styles.choose}
        onSubmit={(event) => {
          event.preventDefault()
          run(path)
        }}
      >
        <TextInput
          aria-label="Path of the recording"
          placeholder={pictures ? 'Path of a PNG, JPEG or WebP' : 'Path of a recording'}
          value={path}
          spellCheck={false}
          flex={1}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        {!pictures && recent !== null && recent.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" leftSection={<IconHistory size={15} />}>
                Recent
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {recent.slice(0, 10).map((other) => (
                <Menu.Item key={other} onClick={() => run(other)}>
                  {baseName(folderOf(other))}/{baseName(other)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={15} />}
          onClick={() =>
            void pick(pictures ? 'picture' : 'recording', path === '' ? null : folderOf(path)).then(
              (chosen) => chosen !== null && run(chosen),
            )
          }
        >
          Browse…
        </Button>
        <Button type="submit" loading={busy} disabled={path.trim() === ''} leftSection={<IconPlayerPlay size={15} />}>
          Run
        </Button>
      </form>
      {answer === null && !busy && (
        <p className={styles.note}>
          {pictures
            ? 'A PNG, JPEG or WebP is resized and normalized as in training and shown to the network at every timestep.'
            : 'The recording goes through the model’s own filters and framing rule.'}{' '}
          You see the classes, the logits at every timestep, the frames that the network was given, and how long each part took.
        </p>
      )}
      {answer?.error !== null && answer?.error !== undefined && <Failure message={answer.error} />}
      {answer?.result && <Result key={answer.result.recording} result={answer.result} />}
    </Panel>
  )
}
