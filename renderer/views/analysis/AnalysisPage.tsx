import { useEffect, useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { IconArrowLeft, IconFileText } from '@tabler/icons-react'
import { readRun, useRuns } from '../../api/runs.ts'
import { go } from '../../app/route.ts'
import { EmptyState } from '../../widgets/EmptyState.tsx'
import { SideList } from '../../widgets/SideList.tsx'
import { AnalysisView } from './AnalysisView.tsx'
import { ReportDialog } from './report/ReportDialog.tsx'
import { entries, entryOf, groups, pages } from './registry.ts'
import { keptOf, readKept, useAnalysis } from './state.ts'

/** All analyses of a run: the list at the left, the chosen one's figures beside it. */
export function AnalysisPage({ id, kind }: { readonly id: string; readonly kind: string }) {
  const run = useRuns((state) => state.details[id])
  const failure = useRuns((state) => state.failures[id])
  const kept = useAnalysis((state) => state.kept[id])
  const checkpoint = useAnalysis((state) => state.shared.checkpoint)
  const [reporting, setReporting] = useState(false)
  useEffect(() => {
    void readRun(id)
    void readKept(id)
  }, [id])
  const back = () => go({ view: 'training', page: 'run', id })
  if (run === undefined) {
    return failure === undefined ? (
      <EmptyState icon={<Loader size="sm" />} title="Reading the run…" />
    ) : (
      <EmptyState title="This run can't be shown" actions={<Button onClick={() => go({ view: 'training', page: 'list' })}>All runs</Button>}>
        {failure}
      </EmptyState>
    )
  }
  const page = pages.find((one) => one.kind === kind)
  const entry = entryOf(kind) ?? entries[0]
  const noteOf = (one: (typeof entries)[number]) => (keptOf(kept, one.kind, checkpoint) === undefined ? one.group : `${one.group} · computed`)
  const ordered = groups.flatMap((group) => [
    ...entries.filter((one) => one.group === group).map((one) => ({ id: one.kind as string, title: one.title, note: noteOf(one) })),
    ...pages.filter((one) => one.group === group).map((one) => ({ id: one.kind, title: one.title, note: one.group })),
  ])
  return (
    <SideList
      label="Analyses"
      items={ordered}
      current={page?.kind ?? entry?.kind ?? null}
      onOpen={(next) => go({ view: 'training', page: 'analysis', id, kind: next })}
      actions={
        <>
          <Button variant="default" leftSection={<IconArrowLeft size={15} />} title={run.config.name} styles={{ label: { display: 'block', height: 'auto', paddingBlock: 3, textOverflow: 'ellipsis' } }} onClick={back}>
            {run.config.name}
          </Button>
          <Button variant="default" leftSection={<IconFileText size={15} />} onClick={() => setReporting(true)}>
            Report…
          </Button>
          {reporting && <ReportDialog run={run} onClose={() => setReporting(false)} />}
        </>
      }
    >
      {page !== undefined ? (
        <page.Page run={run} title={page.title} text={page.text} />
      ) : (
        entry !== undefined && <AnalysisView key={entry.kind} run={run} entry={entry} />
      )}
    </SideList>
  )
}
