import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { ExportProof } from '../../../preload/contract/index.ts'
import { count, figure, percent } from '../../app/format.ts'
import { Panel } from '../../widgets/Panel.tsx'
import { Tag } from '../../widgets/Tag.tsx'
import styles from './models.module.css'

/** Whether the exported file decides as the trained network does on every sample. */
export function agrees(proof: ExportProof): boolean {
  return proof.argmaxAgreement === 1
}

/** The proof in two words. */
export function ProofTag({ proof }: { readonly proof: ExportProof }) {
  return agrees(proof) ? (
    <Tag tone="good">
      <IconCheck size={12} aria-hidden />
      proven
    </Tag>
  ) : (
    <Tag tone="warn">
      <IconAlertTriangle size={12} aria-hidden />
      {percent(proof.argmaxAgreement)} agree
    </Tag>
  )
}

/** The proof as a sign, for lists. */
export function ProofSign({ proof }: { readonly proof: ExportProof }) {
  return agrees(proof) ? (
    <IconCheck size={15} color="var(--good)" aria-label="proven" style={{ flex: 'none' }} />
  ) : (
    <IconAlertTriangle size={15} color="var(--warn)" aria-label={`${percent(proof.argmaxAgreement)} agree`} style={{ flex: 'none' }} />
  )
}

/** What was measured when the file ran beside the trained network. */
export function Proof({ proof, chosenBy }: { readonly proof: ExportProof; readonly chosenBy?: string | undefined }) {
  const rows: readonly (readonly [string, string, string])[] = [
    ['Same decision', percent(proof.argmaxAgreement), `of ${count(proof.samples)} test samples`],
    ['Largest logit difference', figure(proof.largestLogitDifference), 'any class, any sample'],
    ...(proof.logitDifferences
      ? [['Logit differences', figure(proof.logitDifferences.median), `median; 99 % below ${figure(proof.logitDifferences.p99)}`] as const]
      : []),
    ['Largest firing-rate difference', figure(proof.largestFiringRateDifference), 'any layer'],
    ['Accuracy, trained', percent(proof.accuracyTrained), 'before export'],
    ['Accuracy, exported', percent(proof.accuracyExported), 'of the file itself'],
  ]
  return (
    <Panel title="Proof" help="chart.proof" aside={<ProofTag proof={proof} />}>
      <dl className={styles.proof}>
        {rows.map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              <small>{note}</small>
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles.note}>
        The exported file was run by {proof.runtime} ({proof.provider}) on the whole test split, beside the trained network.
        {chosenBy === undefined ? '' : ` Checkpoint: ${chosenBy}.`}
      </p>
    </Panel>
  )
}
