import { ActionIcon, Menu, VisuallyHidden } from '@mantine/core'
import { IconArrowBarToDown, IconArrowBarToUp, IconDots, IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import type { Experiment, ExperimentRun } from '../../../preload/contract/index.ts'
import { attempt } from '../../api/workbench.ts'
import { percent } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Tag } from '../../widgets/Tag.tsx'
import widgets from '../../widgets/widgets.module.css'
import { stopRun } from './actions.ts'
import { parameterName, valueText } from './experiment.ts'
import { StateTag } from './state-tag.tsx'
import styles from './sweep.module.css'
import tables from './training.module.css'

/** 1 -> "next", 2 -> "2nd". */
export function placeText(place: number): string {
  if (place === 1) return 'next'
  const ending = place % 100 > 10 && place % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[place % 10] ?? 'th')
  return `${place}${ending}`
}

interface RowProps {
  readonly experiment: Experiment
  readonly run: ExperimentRun
  /** In the queue, from 1; 0: not in it. */
  readonly place: number
}

function RowMenu({ experiment: { id, job }, run: { run, state }, place }: RowProps) {
  const order = (to: 'first' | 'last') => void attempt('experiments.order', { id, runs: [run], to }, 'The run could not be moved')
  const again = state === 'failed' || (state === 'stopped' && (place === 0 || job === null))
  if (place === 0 && !again && state !== 'running') return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`What to do with ${run}`}>
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {place > 1 && (
          <Menu.Item leftSection={<IconArrowBarToUp size={15} />} onClick={() => order('first')}>
            Train next
          </Menu.Item>
        )}
        {place > 0 && (
          <Menu.Item leftSection={<IconArrowBarToDown size={15} />} onClick={() => order('last')}>
            Train last
          </Menu.Item>
        )}
        {again && (
          <Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => void attempt('experiments.resume', { id, runs: [run] }, 'The run could not be trained')}>
            {state === 'failed' ? 'Try again' : job === null ? 'Resume only this' : 'Resume'}
          </Menu.Item>
        )}
        {state === 'running' && (
          <Menu.Item leftSection={<IconPlayerStop size={15} />} onClick={() => void stopRun(run)}>
            Stop
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** What tells a run from the experiment's others. */
function nameOf({ values, seed }: ExperimentRun): string {
  return [...Object.entries(values).map(([parameter, value]) => (parameter === 'method' ? valueText(value, parameter) : `${parameterName(parameter)} ${valueText(value)}`)), `seed ${seed}`].join(', ')
}

/** All runs of an experiment: how they stand, which is next, and what can be done with each. */
export function ExperimentRuns({ experiment, words }: { readonly experiment: Experiment; readonly words: { readonly best: string; readonly last: string } }) {
  const { runs, queue } = experiment
  const parameters = Object.keys(runs[0]?.values ?? {})
  return (
    <div className={`${widgets.panel} ${tables.tableBox}`}>
      <table className={tables.table} aria-label="Runs of the experiment">
        <thead>
          <tr>
            <th>Run</th>
            {parameters.map((parameter) => (
              <th key={parameter}>{parameterName(parameter)}</th>
            ))}
            <th className={tables.number}>Seed</th>
            <th>State</th>
            <th className={tables.number}>Epochs</th>
            <th className={tables.number}>{words.best}</th>
            <th className={tables.number}>{words.last}</th>
            <th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((one) => {
            const { run, values, seed, state, epochsDone, last, best, message } = one
            const place = queue.indexOf(run) + 1
            return (
              <tr key={run} title={message ?? undefined}>
                <td className={tables.nameCell}>
                  {state === 'removed' ? (
                    <span className={styles.faint}>{nameOf(one)}</span>
                  ) : (
                    <button type="button" title={run} onClick={() => go({ view: 'training', page: 'run', id: run })}>
                      {nameOf(one)}
                    </button>
                  )}
                </td>
                {parameters.map((parameter) => (
                  <td key={parameter}>{valueText(values[parameter], parameter)}</td>
                ))}
                <td className={tables.number}>{seed}</td>
                <td>
                  {state === 'removed' ? <Tag>removed</Tag> : <StateTag state={state} />}
                  {place > 0 && <span className={styles.place}>{placeText(place)}</span>}
                  {state === 'failed' && message !== null && <div className={styles.failed}>{message}</div>}
                </td>
                <td className={tables.number}>{epochsDone}</td>
                <td className={tables.number}>{percent(best)}</td>
                <td className={tables.number}>{percent(last)}</td>
                <td>
                  <RowMenu experiment={experiment} run={one} place={place} />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
