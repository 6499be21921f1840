import { Button, Progress, Select } from '@mantine/core'
import type { Run } from '../../../preload/contract/index.ts'
import { cancelJob, isActive, useJobs } from '../../api/jobs.ts'
import { plural, seconds } from '../../app/format.ts'
import type { AnalysisEntry, Options } from './registry.ts'
import { compute, keptOf, optionsOf, setOptions, useAnalysis } from './state.ts'
import { Helped } from '../../widgets/Help.tsx'
import styles from './analysis.module.css'

/** "best", "last" or a kept epoch as the select writes it. */
const asText = (checkpoint: Options['checkpoint']): string => String(checkpoint ?? 'best')
const asCheckpoint = (text: string): NonNullable<Options['checkpoint']> => (text === 'best' || text === 'last' ? text : Number(text))

/** Epochs whose checkpoints a run keeps. */
export function keptEpochs({ config, epochs }: Pick<Run, 'config' | 'epochs'>): number[] {
  const every = config.keepEvery
  return every === undefined ? [] : epochs.map(({ epoch }) => epoch).filter((epoch) => epoch % every === 0)
}

/** What is looked at, the kind's own options, and the work as it goes on. */
export function Controls({ run, entry, runs, missing }: { readonly run: Run; readonly entry: AnalysisEntry; readonly runs: readonly Run[]; readonly missing: string | null }) {
  const { kind } = entry
  const state = useAnalysis()
  const options = optionsOf(state, kind)
  const busy = runs.filter(({ id }) => state.busy.includes(`${id} ${kind}`))
  const without = runs.filter(({ id }) => keptOf(state.kept[id], kind, state.shared.checkpoint) === undefined)
  const has = keptOf(state.kept[run.id], kind, state.shared.checkpoint) !== undefined
  const others = without.filter(({ id }) => id !== run.id)
  const Own = entry.Controls
  const shows = (field: 'checkpoint' | 'split'): boolean => entry.without?.includes(field) !== true
  return (
    <div className={styles.controls}>
      {shows('checkpoint') && (
        <Helped of="option.checkpoint">
          <Select
            label="Checkpoint"
            w={170}
            value={asText(options.checkpoint)}
            data={[
              { value: 'best', label: run.best === null ? 'best' : `best (epoch ${run.best.epoch})` },
              { value: 'last', label: `last (epoch ${run.epochs.at(-1)?.epoch ?? 0})` },
              ...keptEpochs(run).map((epoch) => ({ value: String(epoch), label: `epoch ${epoch}` })),
            ]}
            onChange={(value) => value !== null && setOptions(kind, { checkpoint: asCheckpoint(value) })}
          />
        </Helped>
      )}
      {shows('split') && (
        <Helped of="option.split">
          <Select
            label="Split"
            w={90}
            value={options.split ?? 'test'}
            data={['test', 'train']}
            onChange={(value) => setOptions(kind, { split: value === 'train' ? 'train' : 'test' })}
          />
        </Helped>
      )}
      {Own !== undefined && <Own options={options} run={run} onChange={(changed) => setOptions(kind, changed)} />}
      {busy.length === 0 && (
        <>
          <Button variant={has ? 'default' : 'filled'} disabled={missing !== null} aria-label={`${has ? 'Compute again:' : 'Compute'} ${entry.title}`} onClick={() => void compute(kind, [run.id])}>
            {has ? 'Compute again' : 'Compute'}
          </Button>
          {others.length > 0 && (
            <Button variant="light" onClick={() => void compute(kind, without.map(({ id }) => id))}>
              Compute {plural(without.length, 'missing run')}
            </Button>
          )}
        </>
      )}
      {busy.map(({ id, config }) => (
        <Work key={id} id={id} name={config.name} />
      ))}
      {missing !== null && <p className={styles.missing}>{missing}</p>}
    </div>
  )
}

/** A computation that is under way: how far it is, what is left, and a way to stop it. */
function Work({ id, name }: { readonly id: string; readonly name: string }) {
  const job = useJobs((state) => state.jobs.findLast((one) => one.kind === 'analysis' && one.subject === id && isActive(one)))
  const share = job?.progress ?? 0
  return (
    <div className={styles.work} role="status">
      <span>
        {name}: {job === undefined || job.state === 'waiting' ? 'waiting' : `${Math.floor(share * 100)} %`}
        {job?.secondsLeft !== null && job?.secondsLeft !== undefined && `, ${seconds(job.secondsLeft)} left`}
      </span>
      <Progress value={share * 100} size="sm" aria-label="Progress of the analysis" />
      {job !== undefined && (
        <Button size="compact-xs" variant="default" onClick={() => void cancelJob(job.id)}>
          Cancel
        </Button>
      )}
    </div>
  )
}
