import type { LibraryModel } from '../../../preload/contract/index.ts'
import { bytes, count, figure } from '../../app/format.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { runs } from './formats.ts'

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`

/** What a user of the exported file has to know, and how each layer fires in it. */
export function FileNotes({ model }: { readonly model: LibraryModel }) {
  const { notes = [], files = [] } = model
  const quantization = 'proof' in model ? model.quantization : undefined
  const rates = 'proof' in model ? (model.proof.firingRates ?? []) : []
  return (
    <>
      {notes.length > 0 && (
        <Panel title={runs(model) ? 'About this file' : 'For other programs'}>
          <ul style={{ margin: 0, paddingLeft: '1.2em', display: 'grid', gap: 6 }}>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Panel>
      )}
      {quantization !== undefined && (
        <Panel title="8 bits beside float">
          <Facts
            rows={[
              ['Size', `${bytes(quantization.bytes.int8)}, float ${bytes(quantization.bytes.float)}`],
              ['One sample', `${milliseconds(quantization.latencyMs.int8)}, float ${milliseconds(quantization.latencyMs.float)} (CPU, median)`],
              ...quantization.layers.map(
                ({ layer, scale, exact }, i): [string, string] => [
                  `${i + 1}. ${layer}`,
                  scale === null ? 'input stays float32' : `input in steps of ${figure(scale)}${exact ? ', exact' : ', rounded'}`,
                ],
              ),
            ]}
          />
        </Panel>
      )}
      {rates.length > 0 && (
        <Panel title="Firing rates, trained and exported">
          <Facts rows={rates.map(({ layer, trained, exported }) => [layer, `${figure(trained)} → ${figure(exported)}`])} />
        </Panel>
      )}
      {files.length > 1 && (
        <Panel title="Beside it">
          <Facts rows={files.slice(1).map(({ name, bytes: size }) => [name, `${bytes(size)}`])} />
          <p style={{ margin: '8px 0 0' }}>{count(files.length - 1)} files: inputs of the test split and what the exported file gives for them.</p>
        </Panel>
      )}
    </>
  )
}
