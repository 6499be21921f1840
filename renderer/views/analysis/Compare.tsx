import { MultiSelect } from '@mantine/core'
import type { Run } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { Helped } from '../../widgets/Help.tsx'
import { useAnalysis } from './state.ts'

/** More can't be told apart in one figure. */
const most = 5

/** Chooses runs that are laid beside the page's own; those of the same dataset first. */
export function Compare({ run }: { readonly run: Run }) {
  const runs = useLibrary((state) => state.runs)
  const compared = useAnalysis((state) => state.compared)
  const others = (runs ?? []).filter(({ id, epochsDone }) => id !== run.id && epochsDone > 0)
  if (others.length === 0) return null
  const same = others.filter(({ config }) => config.dataset === run.config.dataset)
  const rest = others.filter((other) => !same.includes(other))
  const items = (list: typeof others) => list.map(({ id, config }) => ({ value: id, label: `${config.name} (${config.method.name.toUpperCase()})` }))
  return (
    <div style={{ maxWidth: 640 }}>
      <Helped of="option.beside">
        <MultiSelect
          label="Compare with"
          size="xs"
          searchable
          clearable
          hidePickedOptions
          maxValues={most}
          placeholder={compared.length === 0 ? 'other runs, e.g. the same network trained with SDT' : ''}
          value={compared.filter((id) => others.some((other) => other.id === id))}
          data={[
            { group: 'Same dataset', items: items(same) },
            { group: 'Other datasets', items: items(rest) },
          ].filter(({ items: list }) => list.length > 0)}
          onChange={(ids) => useAnalysis.setState({ compared: ids })}
        />
      </Helped>
    </div>
  )
}
