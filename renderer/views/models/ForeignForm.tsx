import { useState } from 'react'
import { Button, Group, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core'
import type { ForeignPorts, ForeignReadingInput } from '../../../preload/contract/index.ts'
import { FrameSize } from '../../widgets/FrameSize.tsx'
import { FramingControls } from '../../widgets/FramingControls.tsx'
import { Failure } from '../../widgets/Problems.tsx'
import { TimestepsInput } from '../../widgets/TimestepsInput.tsx'
import { firstDraft, readingOf } from './foreign.ts'
import { Helped, HelpTip } from '../../widgets/Help.tsx'

/** What a classifier of another origin is fed with: its file does not say. */
export function ForeignForm({
  file,
  ports,
  busy,
  onImport,
}: {
  readonly file: string
  readonly ports: ForeignPorts
  readonly busy: boolean
  readonly onImport: (name: string, reading: ForeignReadingInput) => void
}) {
  const [draft, setDraft] = useState(() => firstDraft(file.replace(/\.onnx$/i, ''), ports))
  const [fault, setFault] = useState<string | null>(null)
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const { framing } = draft
  const submit = () => {
    const reading = readingOf(draft)
    setFault(typeof reading === 'string' ? reading : null)
    if (typeof reading !== 'string') onImport(draft.name.trim() || file, reading)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Stack gap="sm">
        <Helped of="foreign.name">
          <TextInput label="Name in the library" value={draft.name} maxLength={120} onChange={({ currentTarget }) => change({ name: currentTarget.value })} />
        </Helped>
        <Helped of="foreign.feeds" beside grow>
          <SegmentedControl
            aria-label="What it is fed with"
            value={draft.feeds}
            onChange={(feeds) => change({ feeds: feeds === 'pictures' ? 'pictures' : 'recordings' })}
            data={[
              { value: 'recordings', label: 'Frames of recordings' },
              { value: 'pictures', label: 'Pictures' },
            ]}
          />
        </Helped>
        {draft.feeds === 'recordings' ? (
          <FramingControls value={framing} onChange={(next) => change({ framing: next })} />
        ) : (
          <>
            <Group gap="sm" data-help="framing.timesteps">
              <span>
                Shown at so many timesteps <HelpTip of="framing.timesteps" />
              </span>
              <TimestepsInput label="Timesteps" value={framing.timesteps} onChange={(timesteps) => change({ framing: { ...framing, timesteps } })} />
            </Group>
            <FrameSize value={framing.resize} onChange={(resize) => change({ framing: { ...framing, resize } })} own="Its own size" />
            <Helped of="foreign.mean">
              <TextInput label="Mean of each channel" value={draft.mean} onChange={({ currentTarget }) => change({ mean: currentTarget.value })} />
            </Helped>
            <Helped of="foreign.std">
              <TextInput label="Standard deviation of each channel" value={draft.std} onChange={({ currentTarget }) => change({ std: currentTarget.value })} />
            </Helped>
          </>
        )}
        <Helped of="foreign.labels">
          <Textarea
            label="Class names, in the order of its output"
            description="One a line or separated by commas; without them classes are numbered."
            autosize
            minRows={2}
            maxRows={8}
            value={draft.labels}
            onChange={({ currentTarget }) => change({ labels: currentTarget.value })}
          />
        </Helped>
        {fault !== null && <Failure message={fault} />}
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Import into the library
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
