import { NumberInput, Radio, Select, Stack, Switch } from '@mantine/core'
import type { ExportFormat, ExportSettings, NirDialect } from '../../../preload/contract/index.ts'
import { convolutions, type Convolutions, dialects, formats, type Int8Form, int8Forms } from './formats.ts'
import { Helped } from '../../widgets/Help.tsx'

const isFormat = (value: string): value is ExportFormat => value in formats
const isInt8Form = (value: string | null): value is Int8Form => value !== null && value in int8Forms
const isConvolutions = (value: string | null): value is Convolutions => value !== null && value in convolutions
const isDialect = (value: string | null): value is NirDialect => value !== null && value in dialects

/** Which kind of file, and what it can be told. */
export function FormatFields({
  settings,
  pictures,
  onChange,
}: {
  readonly settings: ExportSettings
  /** Whether the network is one of still pictures. */
  readonly pictures: boolean
  readonly onChange: (settings: ExportSettings) => void
}) {
  const { format } = settings
  return (
    <Stack gap="sm">
      <Helped of="export.format">
        <Radio.Group label="Format" value={format} onChange={(value) => isFormat(value) && onChange({ format: value })}>
          <Stack gap={6} mt={6}>
            {Object.entries(formats).map(([value, { title, what }]) => (
              <Radio key={value} size="xs" value={value} label={title} description={what} />
            ))}
          </Stack>
        </Radio.Group>
      </Helped>
      {(format === 'window' || format === 'step' || format === 'int8') && (
        <Helped of="export.spikeCounts" beside>
          <Switch
            size="xs"
            label="Spike counts of every layer as further outputs"
            checked={settings.spikeCounts ?? false}
            onChange={({ currentTarget }) => onChange({ ...settings, spikeCounts: currentTarget.checked })}
          />
        </Helped>
      )}
      {pictures && (format === 'window' || format === 'int8') && (
        <Helped of="export.image" beside>
          <Switch
            size="xs"
            label="One still picture as input"
            description="image [N, C, H, W] instead of T equal frames; the first layer’s convolution is computed once."
            checked={settings.image ?? false}
            onChange={({ currentTarget }) => onChange({ ...settings, image: currentTarget.checked })}
          />
        </Helped>
      )}
      {(format === 'window' || format === 'int8') && (
        <Helped of="export.batch">
          <NumberInput
            size="xs"
            label="Batch size"
            description="One fixed size, for accelerators; empty takes any."
            min={1}
            max={4096}
            allowDecimal={false}
            value={settings.batch ?? ''}
            onChange={(value) => {
              const { batch: _, ...rest } = settings
              onChange(typeof value === 'number' ? { ...rest, batch: value } : rest)
            }}
          />
        </Helped>
      )}
      {format === 'window' && (
        <Helped of="export.convolutions">
          <Select
            size="xs"
            label="Convolutions"
            allowDeselect={false}
            value={settings.convolutions ?? 'plain'}
            data={Object.entries(convolutions).map(([value, label]) => ({ value, label }))}
            onChange={(value) => isConvolutions(value) && onChange({ ...settings, convolutions: value })}
          />
        </Helped>
      )}
      {(format === 'int8' || format === 'package') && (
        <Helped of="export.maxLoss">
          <NumberInput
            size="xs"
            label="Largest loss of accuracy, percentage points"
            min={0}
            max={100}
            value={(settings.maxLoss ?? 0.01) * 100}
            onChange={(value) => typeof value === 'number' && onChange({ ...settings, maxLoss: value / 100 })}
          />
        </Helped>
      )}
      {(format === 'int8' || format === 'package') && (
        <Helped of="export.int8Form">
          <Select
            size="xs"
            label="8 bits as"
            allowDeselect={false}
            value={settings.int8Form ?? 'products'}
            data={Object.entries(int8Forms).map(([value, label]) => ({ value, label }))}
            onChange={(value) => isInt8Form(value) && onChange({ ...settings, int8Form: value })}
          />
        </Helped>
      )}
      {(format === 'nir' || format === 'package') && (
        <Helped of="export.dialect">
          <Select
            size="xs"
            label="NIR for"
            allowDeselect={false}
            value={settings.dialect ?? 'spec'}
            data={Object.entries(dialects).map(([value, label]) => ({ value, label }))}
            onChange={(value) => isDialect(value) && onChange({ ...settings, dialect: value })}
          />
        </Helped>
      )}
      {(format === 'nir' || format === 'package') && (
        <Helped of="export.simulationSeconds">
          <NumberInput
            size="xs"
            label="NIR simulated again for, seconds"
            min={1}
            max={86_400}
            value={settings.simulationSeconds ?? 30}
            onChange={(value) => typeof value === 'number' && value > 0 && onChange({ ...settings, simulationSeconds: value })}
          />
        </Helped>
      )}
    </Stack>
  )
}
