import type { ComponentType } from 'react'
import type { AnalysisKind, CallInput, Run } from '../../../preload/contract/index.ts'
import { recounted, type NamedResult, type ResultOf } from '../../../preload/contract/figures.ts'
import { ActivityPage } from './activity/ActivityPage.tsx'
import { LandscapeControls } from './landscape/LandscapeControls.tsx'
import { LandscapeExtra } from './landscape/LandscapeExtra.tsx'
import { SharpnessControls } from './landscape/SharpnessControls.tsx'
import { SharpnessTable } from './landscape/SharpnessTable.tsx'
import { CurvesPage } from './curves/CurvesPage.tsx'
import { EnergyControls } from './energy/EnergyControls.tsx'
import { EnergyTables } from './energy/EnergyTables.tsx'
import { analyses } from '../../help/analyses.ts'
import type { Help } from '../../help/help.ts'
import type { Picked } from '../../figures/chart.ts'
import { FiringControls } from './firing/FiringControls.tsx'
import { CentroidControls } from './fisher/CentroidControls.tsx'
import { FisherControls } from './fisher/FisherControls.tsx'
import { GradientsControls } from './gradients/GradientsControls.tsx'
import { Mistakes } from './mistakes/Mistakes.tsx'
import { SamplesField } from './mistakes/SamplesField.tsx'
import { ExitTable } from './time/ExitTable.tsx'
import { ScalingControls } from './time/ScalingControls.tsx'
import { ScalingNotes } from './time/ScalingNotes.tsx'
import { TimestepsField } from './time/TimestepsField.tsx'
import { WeightsControls } from './weights/WeightsControls.tsx'

/** Options of an analysis as the page sends them; what is missing has its default. */
export type Options = NonNullable<CallInput<'runs.analyze'>['options']>

export interface ControlsProps {
  readonly options: Options
  readonly onChange: (changed: Partial<Options>) => void
  readonly run: Run
}

export interface ExtraProps<Kind extends AnalysisKind = AnalysisKind> {
  /** Results of the shown runs, the page's own run first; at least one. */
  readonly runs: readonly NamedResult<Kind>[]
  readonly run: Run
  /** What was last clicked in the figures above, and in which. */
  readonly picked: (Picked & { readonly figure: string }) | null
}

export const groups = ['Information', 'Landscape', 'Activity', 'Time & energy', 'Mistakes', 'Weights', 'Training'] as const

/** How an analysis stands on the page. What it shows stands in help/analyses.ts. */
interface Placed<Kind extends AnalysisKind = AnalysisKind> {
  readonly kind: Kind
  readonly group: (typeof groups)[number]
  /** Which of the form's common fields it does not look at. */
  readonly without?: readonly ('checkpoint' | 'split')[]
  /** Its own options, as a small form. */
  readonly Controls?: ComponentType<ControlsProps>
  /** Below the figures: tables, lists, what is clicked through. */
  readonly Extra?: ComponentType<ExtraProps<Kind>>
  /** A result as the form asks for it, where that takes no new computation. */
  readonly adapt?: (result: ResultOf<Kind>, options: Options) => ResultOf<Kind>
  /** Why it can't be computed for this run; null where it can. */
  readonly missing?: (run: Run) => string | null
}

export type AnalysisEntry = Placed & Help

/** Lets each entry's `Extra` be typed over its own kind. */
const entry = <Kind extends AnalysisKind>(one: Placed<Kind>): AnalysisEntry => ({ ...(one as unknown as Placed), ...analyses[one.kind] })

/** Every analysis that the page offers, in its order. A new one is its line here and, for its controls, a folder. */
export const entries: readonly AnalysisEntry[] = [
  entry({
    kind: 'fisher',
    group: 'Information',
    Controls: FisherControls,
  }),
  entry({
    kind: 'centroid',
    group: 'Information',
    without: ['checkpoint'],
    Controls: CentroidControls,
    missing: (run) => (run.config.keepEvery === undefined ? 'This run keeps no checkpoints of single epochs. Start one with “Keep every N epochs”.' : null),
  }),
  entry({
    kind: 'landscape',
    group: 'Landscape',
    Controls: LandscapeControls,
    Extra: LandscapeExtra,
  }),
  entry({
    kind: 'sharpness',
    group: 'Landscape',
    Controls: SharpnessControls,
    Extra: SharpnessTable,
  }),
  entry({
    kind: 'firing',
    group: 'Activity',
    Controls: FiringControls,
  }),
  entry({
    kind: 'time',
    group: 'Time & energy',
    Controls: TimestepsField,
    Extra: ExitTable,
  }),
  entry({
    kind: 'scaling',
    group: 'Time & energy',
    Controls: ScalingControls,
    Extra: ScalingNotes,
  }),
  entry({
    kind: 'energy',
    group: 'Time & energy',
    Controls: EnergyControls,
    Extra: EnergyTables,
    adapt: (result, { conventions }) => (conventions === undefined ? result : recounted(result, conventions)),
  }),
  entry({
    kind: 'gradients',
    group: 'Information',
    Controls: GradientsControls,
  }),
  entry({
    kind: 'weights',
    group: 'Weights',
    without: ['split'],
    Controls: WeightsControls,
  }),
  entry({
    kind: 'mistakes',
    group: 'Mistakes',
    Controls: SamplesField,
    Extra: Mistakes,
  }),
]

/** A page of its own kind: nothing is computed for it by a job. */
export interface PageEntry extends Help {
  readonly kind: string
  readonly group: (typeof groups)[number]
  /** What it shows, in a few words; where missing: what the run recorded. */
  readonly note?: string
  readonly Page: ComponentType<{ readonly run: Run; readonly title: string; readonly text: string }>
}

export const pages: readonly PageEntry[] = [
  {
    kind: 'activity',
    ...analyses.activity,
    group: 'Activity',
    note: 'one sample at a time',
    Page: ActivityPage,
  },
  {
    kind: 'curves',
    ...analyses.curves,
    group: 'Training',
    Page: CurvesPage,
  },
]

export const entryOf = (kind: string): AnalysisEntry | undefined => entries.find((one) => one.kind === kind)
