import { useState } from 'react'
import { Button, Checkbox, Select, TextInput } from '@mantine/core'
import { attempt } from '../../api/workbench.ts'
import { useCall } from '../../api/use-call.ts'
import { folderOf, percent, timecode } from '../../app/format.ts'
import { playedRange } from '../../stage/playback.ts'
import type { Player } from '../../stage/player.ts'
import { filtersText } from '../../widgets/filter-kinds.ts'
import { conversionOf, exportName, stem } from './export.ts'
import { useRecordings } from './session.ts'
import styles from './recordings.module.css'

/** "Save this part": the events between the marks, of the region where wanted, as a file in any format that can be written. */
export function ExportEvents({ player, path, close }: { readonly player: Player; readonly path: string; readonly close: () => void }) {
  const state = player.store.getState()
  const [from, to] = playedRange(state)
  const filtered = useRecordings(({ session }) => (session.state === 'open' ? session.filtering.shown : null))
  const writers = useCall('recordings.writers', {})
  const formats = writers.data?.formats ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const format = chosen ?? formats.find((one) => one.extension === '.csv')?.id ?? formats[0]?.id ?? ''
  const extension = formats.find((one) => one.id === format)?.extension ?? ''
  const [name, setName] = useState(() => {
    const separator = path.includes('\\') ? '\\' : '/'
    return `${folderOf(path)}${separator}${exportName(path, state)} ${filtered ? 'filtered' : 'part'}`
  })
  const [region, setRegion] = useState(state.region !== null)
  const [overwrite, setOverwrite] = useState(false)
  const output = extension !== '' && name.endsWith(extension) ? name : `${name}${extension}`
  const save = async () => {
    const request = { ...conversionOf(path, state, output, format, region, filtered?.filters), overwrite }
    if ((await attempt('recordings.convert', request, 'The part could not be saved')) !== null) close()
  }
  return (
    <form
      className={styles.exporting}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <p className={styles.note}>
        {state.markIn === null && state.markOut === null
          ? `All events ${filtered === null ? 'of the recording' : 'that the filters leave'}; set IN and OUT marks (I, O) for a part.`
          : `The events from ${timecode(from, state.duration)} to ${timecode(to, state.duration)}${filtered === null ? '' : ', behind the filters'}.`}
      </p>
      {filtered !== null && (
        <p className={styles.note}>
          Filters: {filtersText(filtered.filters)}. Of the whole recording they keep{' '}
          {percent(filtered.report.kept / Math.max(1, filtered.report.events))}.
        </p>
      )}
      <Select
        label="Format"
        data={formats.map((one) => ({ value: one.id, label: `${one.name} (${one.extension})` }))}
        value={format}
        error={writers.error}
        onChange={setChosen}
      />
      <TextInput
        label="File, on the workbench’s machine"
        value={name}
        spellCheck={false}
        rightSection={<span className={styles.extension}>{name === output ? '' : extension}</span>}
        rightSectionWidth={64}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={() => setName(extension !== '' && name.endsWith(extension) ? stem(name) : name)}
      />
      {state.region !== null && (
        <Checkbox
          label={`Only the region (${state.region.width}×${state.region.height} px); its corner becomes (0, 0)`}
          checked={region}
          onChange={(event) => setRegion(event.currentTarget.checked)}
        />
      )}
      <Checkbox label="Replace a file of that name" checked={overwrite} onChange={(event) => setOverwrite(event.currentTarget.checked)} />
      <Button type="submit" disabled={formats.length === 0 || name.trim() === ''}>
        Save
      </Button>
    </form>
  )
}
