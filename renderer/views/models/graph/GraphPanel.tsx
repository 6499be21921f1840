import { useMemo, useState } from 'react'
import { Loader, SegmentedControl } from '@mantine/core'
import type { LibraryModel } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import { measuredOf } from './annotate.ts'
import { GraphCanvas } from './GraphCanvas.tsx'
import styles from './graph.module.css'

/** A model drawn: its network layer by layer, or its file operation by operation. */
export default function GraphPanel({ model }: { readonly model: LibraryModel }) {
  const { data, error } = useCall('models.graphs', { id: model.id })
  const analyses = useCall('runs.analyses', 'run' in model ? { id: model.run } : null).data?.analyses
  const [wanted, setWanted] = useState<'network' | 'onnx'>('network')
  const measured = useMemo(() => measuredOf(model, (analyses ?? []).map(({ result }) => result)), [model, analyses])
  const shown = data?.[wanted] ? wanted : data?.network ? 'network' : 'onnx'
  const graph = data?.[shown] ?? null
  return (
    <Panel
      title="Graph"
      help="chart.graph"
      flush
      aside={
        data?.network && data.onnx ? (
          <SegmentedControl
            size="xs"
            aria-label="What is drawn"
            value={shown}
            onChange={(value) => setWanted(value === 'onnx' ? 'onnx' : 'network')}
            data={[
              { value: 'network', label: 'Network' },
              { value: 'onnx', label: 'ONNX file' },
            ]}
          />
        ) : undefined
      }
    >
      {error !== null && <Failure message={error} />}
      {data === null && error === null && (
        <div className={styles.wait} role="status">
          <Loader size="sm" />
          Reading the graph…
        </div>
      )}
      {graph !== null && <GraphCanvas key={shown} graph={graph} measured={measured} label={shown === 'onnx' ? 'Graph of the ONNX file' : 'Network'} file={`${model.id}-${shown}.svg`} />}
      {data !== null && (
        <p className={styles.hint}>
          {data.notes.map((note) => `${note} `)}
          {shown === 'network'
            ? `As trained, before batch norms are folded; MACs of one timestep, T = ${data.timesteps}.`
            : 'As it stands in the file, all timesteps; N is any number of samples, MACs are of one.'}{' '}
          {measured.sources.map((source) => `${source} `)}
          {'run' in model && measured.energy.size === 0 ? 'The run’s energy analysis would add operations and energy. ' : ''}
          Double-click opens a layer, Ctrl and the wheel zoom.
        </p>
      )}
    </Panel>
  )
}
