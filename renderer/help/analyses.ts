/** What each analysis shows and why. */
import type { AnalysisKind } from '../../preload/contract/index.ts'
import type { Help } from './help.ts'

export const analyses: Readonly<Record<AnalysisKind | 'activity' | 'curves', Help>> = {
  fisher: {
    title: 'Fisher information',
    text: 'How much the outputs up to each timestep depend on the weights, and its centre of mass over time. Kim et al. see training move it to early timesteps.',
    equation: 'IC = Σ t I(t) / Σ I(t)',
    source: 'TRT, eq. 15; Kim et al. 2023',
  },
  centroid: {
    title: 'Information centroid over epochs',
    text: 'Fisher information of every kept checkpoint: how temporal information concentrates in early timesteps during training.',
    source: 'TRT, temporal information concentration',
  },
  landscape: {
    title: 'Loss landscape',
    text: 'The loss around the checkpoint in two random directions, each filter as long as the weights’ own. At the same training loss flatter valleys are taken to generalize better (TET, TRT).',
    equation: 'L(w + a d₁ + b d₂)',
    source: 'Li et al. 2018; TET, TRT',
  },
  sharpness: {
    title: 'Sharpness',
    text: 'How curved the loss is at the checkpoint, as figures that compare across runs: largest Hessian eigenvalue, trace, and the loss rise at a fixed radius.',
    equation: 'λ₁ = max vᵀHv, ‖v‖ = 1',
    source: 'Li et al. 2018; Yao et al. 2020',
  },
  firing: {
    title: 'Firing rates',
    text: 'Mean spikes per neuron and timestep: by layer, timestep and class, over neurons, and which neurons stay silent.',
    source: 'TRT, average spike firing rates',
  },
  time: {
    title: 'Accuracy over time',
    text: 'Each timestep alone, the running mean, and what stopping early takes: timesteps, time and energy.',
    source: 'TET, table 4',
  },
  scaling: {
    title: 'Time scaling',
    text: 'Accuracy and energy with other numbers of timesteps than were trained, without fine-tuning: pictures are shown longer, recordings framed again.',
    source: 'TET, time scalability',
  },
  energy: {
    title: 'Energy',
    text: 'Additions and multiply-accumulates of an inference and their energy, under the convention you choose, beside the same network without spikes.',
    source: 'TET; Horowitz 2014',
  },
  gradients: {
    title: 'Gradients over time',
    text: 'How much of the loss gradient reaches the membrane potentials of each timestep: where it vanishes, early or late timesteps learn nothing.',
    equation: '‖∂L/∂u(t)‖',
    source: 'TRT',
  },
  weights: {
    title: 'Weights and r(t)',
    text: 'TRT’s temporal regularization as a surface and by layer, and the weights before and after training.',
    equation: 'r(t) = λ Σ w² / (1 + (|w| + ε)(e^(δt) − 1))',
    source: 'TRT, eq. 13 and 14',
  },
  mistakes: {
    title: 'Mistakes',
    text: 'What is confused with what, how well confidence tells it, and the hardest samples.',
  },
  activity: {
    title: 'Activity of one sample',
    text: 'The spikes of a layer beside the frames that caused them: raster over time, feature maps, and where in the frame they matter.',
    source: 'Kim & Panda 2021; Selvaraju et al. 2017',
  },
  curves: {
    title: 'Learning curves',
    text: 'Loss and accuracy over epochs, smoothed with the raw values behind, the epoch where the test loss turns, and the generalization gap.',
  },
}
