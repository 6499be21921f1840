import { useState } from 'react'
import { Button, Checkbox, Select } from '@mantine/core'
import { IconFolderPlus, IconRefresh } from '@tabler/icons-react'
import type { RecipeDetails } from '../../../../preload/contract/index.ts'
import { notify } from '../../../api/notices.ts'
import { attempt } from '../../../api/workbench.ts'
import { plural } from '../../../app/format.ts'
import { Tag } from '../../../widgets/Tag.tsx'
import { pick } from '../../../widgets/picker.ts'
import { choicesFor } from './words.ts'
import { Helped } from '../../../widgets/Help.tsx'
import styles from './recipes.module.css'

/** The user's word on a need: which dataset, and that it is the paper's. */
export interface Chosen {
  readonly dataset: string | null
  readonly confirmed: boolean
}

export interface NeedProps {
  readonly recipe: string
  readonly need: RecipeDetails['needs'][number]
  readonly scale: 'published' | 'cpu'
  /** Whether another need has told where the same files are to be had. */
  readonly told: boolean
  readonly chosen: Chosen
  readonly onChange: (chosen: Chosen) => void
}

/** A dataset that the recipe needs: chosen and confirmed by the user, or imported from its raw files. */
export function NeedFields({ recipe, need, scale, told, chosen, onChange }: NeedProps) {
  const [busy, setBusy] = useState(false)
  const likely = need.candidates.filter(({ fits, onlyTimesteps }) => fits || onlyTimesteps)
  const candidate = need.candidates.find(({ id }) => id === chosen.dataset)
  const again = likely.find(({ fits }) => !fits)
  const name = `${need.title} with T = ${need.timesteps}`
  const bring = async (folder: string | null) => {
    if (folder === null) return
    setBusy(true)
    const answer = await attempt('recipes.import', { id: recipe, need: need.key, folder }, `${need.title} could not be imported`)
    setBusy(false)
    if (answer) notify({ tone: 'info', title: `Importing ${name}`, message: 'The bar below shows how far it is. Then it can be chosen here.' })
  }
  return (
    <div className={styles.need} role="group" aria-label={name}>
      <div className={styles.needHead}>
        <b>{name}</b>
        <span>{plural(need.cells, 'cell')}</span>
        {likely.some(({ fits }) => fits) ? <Tag tone="good">in the library</Tag> : <Tag>not in the library</Tag>}
      </div>
      <Helped of="recipe.dataset" beside grow>
        <Select
          aria-label={`Dataset for ${name}`}
          placeholder={scale === 'cpu' ? 'Choose any dataset of the library' : 'Choose your copy of it'}
          clearable
          searchable
          nothingFoundMessage="Nothing in the library"
          value={chosen.dataset}
          data={choicesFor(need, scale)}
          onChange={(dataset) => onChange({ dataset, confirmed: false })}
        />
      </Helped>
      {candidate !== undefined && (
        <>
          {candidate.differences.length > 0 && candidate.fits && <p>Differs: {candidate.differences.join('; ')}.</p>}
          {candidate.fits ? (
            <Helped of="recipe.confirmed" beside>
              <Checkbox
                label={`This is ${need.title}, as the paper uses it`}
                checked={chosen.confirmed}
                onChange={(event) => onChange({ ...chosen, confirmed: event.currentTarget.checked })}
              />
            </Helped>
          ) : (
            <p>Stands in for {need.title}: {candidate.faults.join('; ') || 'another T'}.</p>
          )}
        </>
      )}
      {!told && (
        <p>
          {need.files} Framed: {need.framingName}. {need.notes.join(' ')}
        </p>
      )}
      <div className={styles.buttons}>
        {again !== undefined && (
          <Button size="compact-sm" variant="default" loading={busy} leftSection={<IconRefresh size={14} />} onClick={() => void bring(again.source)}>
            Import “{again.name}” again with T = {need.timesteps}
          </Button>
        )}
        <Button size="compact-sm" variant="default" loading={busy} leftSection={<IconFolderPlus size={14} />} onClick={() => void pick('folder').then(bring)}>
          Import its files…
        </Button>
      </div>
    </div>
  )
}
