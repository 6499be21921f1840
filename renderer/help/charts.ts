/** Charts that are no figures of an analysis: those carry their caption and source with them. */
import { under, type Help } from './help.ts'

const charts = {
  stage: {
    title: 'Event stage',
    text: 'Events of the accumulation time that ends now, ON and OFF in their colours; brighter pixels had more, or later ones.',
  },
  rate: { title: 'Event rate', text: 'Events per second over the recording, ON above and OFF below; the bar is where the stage stands.' },
  region: {
    title: 'Region',
    text: 'Events inside the rectangle alone: their rate, ON up and OFF down; its place and size in pixels of the sensor.',
  },
  frames: { title: 'Frames of the network', text: 'What the network is given: one frame for each timestep, ON and OFF as two channels.' },
  loss: {
    title: 'Loss',
    text: 'Training: the method’s own loss; validation and test: cross-entropy of the output averaged over time.',
    equation: 'CE( 1/T Σₜ O(t), y )',
  },
  accuracy: {
    title: 'Accuracy',
    text: 'Share of samples whose class has the largest output averaged over time, after each epoch.',
    equation: 'arg max 1/T Σₜ O(t) = y',
  },
  timesteps: {
    title: 'Accuracy per timestep',
    text: 'What each timestep’s own output would have answered: where it rises early, inference can stop early.',
    equation: 'arg max O(t) = y',
    source: 'TET, time scalability',
  },
  firing: {
    title: 'Firing rate per layer',
    text: 'Mean spikes per neuron and timestep, after each epoch: what an inference costs on a chip.',
    source: 'TRT, average spike firing rates',
  },
  confusion: {
    title: 'Confusion matrix',
    text: 'Rows are the true classes, columns what the network said; off the diagonal are the mistakes.',
  },
  classes: { title: 'Samples per class', text: 'How many samples each class has, those kept for testing apart.' },
  events: {
    title: 'Events per sample',
    text: 'Mean number of events of a class’s samples: classes that differ much can be told apart by counting.',
  },
  experiment: {
    title: 'Results of an experiment',
    text: 'Mean over the seeds, with the standard deviation where there are several, over the setting that was varied.',
  },
  recipe: { title: 'Published and obtained', text: 'The paper’s values beside those obtained here.' },
  compared: { title: 'Runs beside each other', text: 'The same measure of every chosen run, over epochs.' },
  logits: {
    title: 'Logits per timestep',
    text: 'The last layer’s output O(t) of the most probable classes; the answer is their mean over t.',
    equation: '1/T Σₜ O(t)',
  },
  probable: { title: 'Most probable classes', text: 'Softmax of the output averaged over time.', equation: 'softmax( 1/T Σₜ O(t) )' },
  graph: {
    title: 'Graph of the network',
    text: 'Layers or operations with shapes, parameters, operations, firing rates and energy where they were measured.',
  },
  speed: {
    title: 'Speed on this machine',
    text: 'Half of all inferences took at most p50, 95 of 100 at most p95; decoding and framing are not in it.',
  },
  timeline: { title: 'Timeline', text: 'What the model said of each window, by its confidence; windows without an answer stay empty.' },
  latency: { title: 'Latency and counts', text: 'From the end of a window until its answer: p50, p95 and p99 of all windows so far.' },
  proof: {
    title: 'Proof',
    text: 'The exported file beside the trained network on the test split: equal answers, and how far logits differ.',
  },
  raster: { title: 'Spike raster', text: 'A dot for each spike: timesteps to the right, neurons downwards.' },
  maps: { title: 'Feature maps', text: 'Spikes of each channel in its place: of one timestep, or their rate over time.' },
  heat: {
    title: 'Heat over the input',
    text: 'Where in the frame the chosen layer’s spikes matter.',
    source: 'Kim & Panda 2021; Selvaraju et al. 2017',
  },
} as const satisfies Record<string, Help>

export const chartHelp = under('chart.', charts)
