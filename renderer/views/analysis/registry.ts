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

/** How an analysis stands on the page. */
export interface AnalysisEntry<Kind extends AnalysisKind = AnalysisKind> {
  readonly kind: Kind
  readonly title: string
  readonly group: (typeof groups)[number]
  /** One line: what is seen and why, with the paper. */
  readonly text: string
  /** In short, as the paper writes it. */
  readonly equation?: string
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

/** Lets each entry's `Extra` be typed over its own kind. */
const entry = <Kind extends AnalysisKind>(one: AnalysisEntry<Kind>): AnalysisEntry => one as unknown as AnalysisEntry

/** Every analysis that the page offers, in its order. A new one is its line here and, for its controls, a folder. */
export const entries: readonly AnalysisEntry[] = [
  entry({
    kind: 'fisher',
    title: 'Fisher information',
    group: 'Information',
    text: 'How much the outputs up to each timestep depend on the weights, and its centre of mass over time. Kim et al. see training move it to early timesteps.',
    equation: 'IC = Σ t I(t) / Σ I(t)',
    Controls: FisherControls,
  }),
  entry({
    kind: 'centroid',
    title: 'Information centroid over epochs',
    group: 'Information',
    text: 'Fisher information of every kept checkpoint: how temporal information concentrates in early timesteps during training.',
    without: ['checkpoint'],
    Controls: CentroidControls,
    missing: (run) => (run.config.keepEvery === undefined ? 'This run keeps no checkpoints of single epochs. Start one with “Keep every N epochs”.' : null),
  }),
  entry({
    kind: 'landscape',
    title: 'Loss landscape',
    group: 'Landscape',
    text: 'The loss around the checkpoint in two random directions, each filter as long as the weights’ own. At the same training loss flatter valleys are taken to generalize better (TET, TRT).',
    equation: 'L(w + a d₁ + b d₂)',
    Controls: LandscapeControls,
    Extra: LandscapeExtra,
  }),
  entry({
    kind: 'sharpness',
    title: 'Sharpness',
    group: 'Landscape',
    text: 'How curved the loss is at the checkpoint, as figures that compare across runs: largest Hessian eigenvalue, trace, and the loss rise at a fixed radius.',
    equation: 'λ₁ = max vᵀHv, ‖v‖ = 1',
    Controls: SharpnessControls,
    Extra: SharpnessTable,
  }),
  entry({
    kind: 'firing',
    title: 'Firing rates',
    group: 'Activity',
    text: 'Mean spikes per neuron and timestep: by layer, timestep and class, over neurons, and which neurons stay silent.',
    Controls: FiringControls,
  }),
  entry({
    kind: 'time',
    title: 'Accuracy over time',
    group: 'Time & energy',
    text: 'Each timestep alone, the running mean, and what stopping early takes: timesteps, time and energy.',
    Controls: TimestepsField,
    Extra: ExitTable,
  }),
  entry({
    kind: 'scaling',
    title: 'Time scaling',
    group: 'Time & energy',
    text: 'Accuracy and energy with other numbers of timesteps than were trained, without fine-tuning: pictures are shown longer, recordings framed again.',
    Controls: ScalingControls,
    Extra: ScalingNotes,
  }),
  entry({
    kind: 'energy',
    title: 'Energy',
    group: 'Time & energy',
    text: 'Additions and multiply-accumulates of an inference and their energy, under the convention you choose, beside the same network without spikes.',
    Controls: EnergyControls,
    Extra: EnergyTables,
    adapt: (result, { conventions }) => (conventions === undefined ? result : recounted(result, conventions)),
  }),
  entry({
    kind: 'gradients',
    title: 'Gradients over time',
    group: 'Information',
    text: 'How much of the loss gradient reaches the membrane potentials of each timestep: where it vanishes, early or late timesteps learn nothing.',
    equation: '‖∂L/∂u(t)‖',
    Controls: GradientsControls,
  }),
  entry({
    kind: 'weights',
    title: 'Weights and r(t)',
    group: 'Weights',
    text: 'TRT’s temporal regularization as a surface and by layer, and the weights before and after training.',
    equation: 'r(t) = λ Σ w² / (1 + (|w| + ε)(e^(δt) − 1))',
    without: ['split'],
    Controls: WeightsControls,
  }),
  entry({
    kind: 'mistakes',
    title: 'Mistakes',
    group: 'Mistakes',
    text: 'What is confused with what, how well confidence tells it, and the hardest samples.',
    Controls: SamplesField,
    Extra: Mistakes,
  }),
]

/** A page of its own kind: nothing is computed for it by a job. */
export interface PageEntry {
  readonly kind: string
  readonly title: string
  readonly group: (typeof groups)[number]
  readonly text: string
  /** What it shows, in a few words; where missing: what the run recorded. */
  readonly note?: string
  readonly Page: ComponentType<{ readonly run: Run; readonly title: string; readonly text: string }>
}

export const pages: readonly PageEntry[] = [
  {
    kind: 'activity',
    title: 'Activity of one sample',
    group: 'Activity',
    text: 'The spikes of a layer beside the frames that caused them: raster over time, feature maps, and where in the frame they matter.',
    note: 'one sample at a time',
    Page: ActivityPage,
  },
  {
    kind: 'curves',
    title: 'Learning curves',
    group: 'Training',
    text: 'Loss and accuracy over epochs, smoothed with the raw values behind, the epoch where the test loss turns, and the generalization gap.',
    Page: CurvesPage,
  },
]

export const entryOf = (kind: string): AnalysisEntry | undefined => entries.find((one) => one.kind === kind)
