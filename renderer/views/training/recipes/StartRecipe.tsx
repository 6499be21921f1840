import { useEffect, useState } from 'react'
import { Button, SegmentedControl, Select } from '@mantine/core'
import { IconClock, IconPlayerPlay } from '@tabler/icons-react'
import type { CallInput, CallOutput, Device, RecipeDetails } from '../../../../preload/contract/index.ts'
import { useCall } from '../../../api/use-call.ts'
import { ask, attempt, messageOf } from '../../../api/workbench.ts'
import { compact, count, plural } from '../../../app/format.ts'
import { go } from '../../../app/route.ts'
import { NumberField } from '../../../widgets/NumberField.tsx'
import { Panel } from '../../../widgets/Panel.tsx'
import { Failure } from '../../../widgets/Problems.tsx'
import { readDevices, useDevices } from '../devices.ts'
import { NeedFields, type Chosen } from './NeedFields.tsx'
import { timeText } from './words.ts'
import { Helped } from '../../../widgets/Help.tsx'
import styles from './recipes.module.css'

type Choices = CallInput<'recipes.start'>
type Scale = 'published' | 'cpu'

const isDevice = (value: string | null, known: readonly { readonly device: Device }[]): Device => known.find(({ device }) => device === value)?.device ?? 'cpu'
const automatic = 'automatic'
const none: Chosen = { dataset: null, confirmed: false }

/** Datasets, scale and device of a recipe; it starts once it is known how long it takes. */
export function StartRecipe({ recipe }: { readonly recipe: RecipeDetails }) {
  const [scale, setScale] = useState<Scale>('published')
  const [chosen, setChosen] = useState<Readonly<Record<string, Chosen>>>({})
  const [repeats, setRepeats] = useState(recipe.seeds.length)
  const [epochs, setEpochs] = useState<string>(automatic)
  const [device, setDevice] = useState<Device>('cpu')
  const devices = useDevices((state) => state.devices) ?? []
  useEffect(() => void readDevices(), [])
  const ready = recipe.needs.filter(({ key, candidates }) => {
    const { dataset, confirmed } = chosen[key] ?? none
    const candidate = candidates.find(({ id }) => id === dataset)
    return candidate !== undefined && (candidate.fits ? confirmed : scale === 'cpu')
  })
  const usual = repeats === recipe.seeds.length
  const choices: Choices = {
    id: recipe.id,
    scale,
    device,
    datasets: Object.fromEntries(ready.map(({ key }) => [key, chosen[key]?.dataset ?? ''])),
    // Cells may have more seeds than the recipe: only fewer than its own are asked for.
    ...(scale === 'published' ? !usual && repeats >= 1 && { repeats: Math.round(repeats) } : epochs !== automatic && { epochs: Number(epochs) }),
  }
  const unconfirmed = recipe.needs.some(({ key }) => (chosen[key]?.dataset ?? null) !== null && !ready.some((need) => need.key === key))
  return (
    <>
      <Panel title={recipe.needs.length === 1 ? 'Dataset' : 'Datasets'}>
        {recipe.needs.map((need, index) => (
          <NeedFields
            key={need.key}
            told={recipe.needs.findIndex(({ title, framingName }) => title === need.title && framingName === need.framingName) < index}
            recipe={recipe.id}
            need={need}
            scale={scale}
            chosen={chosen[need.key] ?? none}
            onChange={(one) => setChosen({ ...chosen, [need.key]: one })}
          />
        ))}
      </Panel>
      <Panel title="Run it">
        <Helped of="recipe.scale" beside grow>
          <SegmentedControl
            aria-label="Scale"
            fullWidth
            size="xs"
            value={scale}
            data={[{ value: 'published', label: 'As published' }, { value: 'cpu', label: 'Scaled down for a CPU' }]}
            onChange={(value) => setScale(value === 'cpu' ? 'cpu' : 'published')}
          />
        </Helped>
        <div className={styles.fields}>
          {scale === 'published' ? (
            <NumberField label="Runs of a cell" name="Runs of a cell" help="recipe.repeats" width={110} value={repeats} onChange={setRepeats} />
          ) : (
            <Helped of="recipe.epochs">
              <Select label="Epochs" w={120} value={epochs} data={[automatic, '1', '4', '8', '16', '32', '64', '100']} onChange={(value) => setEpochs(value ?? automatic)} />
            </Helped>
          )}
          <Helped of="recipe.device" grow>
            <Select
              label="Device"
              flex={1}
              miw={170}
              value={device}
              data={devices.length === 0 ? [{ value: 'cpu', label: 'CPU' }] : devices.map((one) => ({ value: one.device, label: one.title, disabled: one.state === 'missing' }))}
              onChange={(value) => setDevice(isDevice(value, devices))}
            />
          </Helped>
        </div>
        {ready.length === 0 ? (
          <p className={styles.hint}>
            {unconfirmed ? 'Confirm above that it is the paper’s dataset: what its classes and frames tell is not enough.' : scale === 'cpu' ? 'Choose a dataset above: the paper’s, or any to try the recipe on.' : 'Choose your copy of the paper’s dataset above, or scale the recipe down to try it on any dataset.'}
          </p>
        ) : (
          <Start key={JSON.stringify(choices)} choices={choices} />
        )}
      </Panel>
    </>
  )
}

function Start({ choices }: { readonly choices: Choices }) {
  const preview = useCall('recipes.preview', choices)
  const [estimate, setEstimate] = useState<CallOutput<'recipes.estimate'> | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const measure = () => {
    setBusy(true)
    setError(null)
    ask('recipes.estimate', choices)
      .then(setEstimate, (reason: unknown) => setError(messageOf(reason)))
      .finally(() => setBusy(false))
  }
  const start = async () => {
    setBusy(true)
    const answer = await attempt('recipes.start', choices, 'The recipe could not be started')
    setBusy(false)
    if (answer) go({ view: 'training', page: 'experiment', id: answer.experiment })
  }
  if (preview.error !== null) return <Failure message={preview.error} />
  if (preview.data === null) return null
  const { runs, cells, epochs, missing, caveats } = preview.data
  return (
    <>
      <p className={styles.hint}>
        {plural(runs, 'run')} of {plural(cells, 'cell')}, {count(epochs)} epochs each at most.
        {missing.length > 0 && ` Left out without a dataset: ${missing.join(', ')}.`}
      </p>
      {caveats.length > 0 && (
        <ul className={styles.caveats} aria-label="What to know">
          {caveats.map((caveat) => (
            <li key={caveat}>{caveat}</li>
          ))}
        </ul>
      )}
      {error !== null && <Failure message={error} />}
      {estimate !== null && (
        <p className={styles.estimate} role="status">
          <b>{timeText(estimate.seconds)}</b> for {plural(estimate.runs, 'run')}, without analyses. Measured just now:{' '}
          {estimate.measured.map(({ what, samplesPerSecond, secondsPerEpoch }) => `${what}: ${compact(samplesPerSecond)} samples/s, ${timeText(secondsPerEpoch)} an epoch`).join('; ')}.
        </p>
      )}
      <div className={styles.start}>
        {estimate === null ? (
          <Button leftSection={<IconClock size={16} />} loading={busy} onClick={measure}>
            How long will it take?
          </Button>
        ) : (
          <Button leftSection={<IconPlayerPlay size={16} />} loading={busy} onClick={() => void start()}>
            Start {plural(runs, 'run')}
          </Button>
        )}
      </div>
      {estimate === null && !busy && <p className={styles.estimate}>A few real training steps are measured first; then it can be started.</p>}
    </>
  )
}
