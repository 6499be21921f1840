import { Button } from '@mantine/core'
import { IconCopyPlus } from '@tabler/icons-react'
import type { Run, TrainingConfig } from '../../../preload/contract/index.ts'
import { useLibrary } from '../../api/library.ts'
import { count, figure, since } from '../../app/format.ts'
import { go } from '../../app/route.ts'
import { Facts, Panel } from '../../widgets/Panel.tsx'
import { augmentationText } from './augmentation.ts'
import { useRunForm } from './form.ts'
import { neuronVariantsText } from './neuron-variants.ts'
import { methodTexts, optimizerTitles } from './parameters.ts'
import { datasetOf } from './run-dataset.ts'
import styles from './training.module.css'

/** Settings of a method or optimizer in a line: "η 0.05, λ 0.00005, …". */
export function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings)
    .filter(([key]) => key !== 'name')
    .map(([key, value]) => `${key} ${typeof value === 'number' ? figure(value) : String(value)}`)
    .join(', ')
}

/** A network's layers in the papers' notation: "16C3-AP2-32C3-AP2-FC". */
export function layersText(network: TrainingConfig['network']): string {
  const words = network.layers.map((layer) => {
    switch (layer.type) {
      case 'conv':
        return `${layer.out}C${layer.kernel}${layer.pool === null ? '' : `-${layer.pool.kind === 'max' ? 'MP' : 'AP'}${layer.pool.size}`}`
      case 'residual':
        return `${layer.out}R${layer.kernels.join('')}`
      case 'average-pool':
        return `AP${layer.size}`
      case 'max-pool':
        return `MP${layer.size}`
      case 'dense':
        return `${layer.out}FC`
    }
  })
  return [...words, 'FC'].join('-')
}

function resetText({ reset, resetValue, detachReset }: TrainingConfig['network']['neuron']): string {
  return `${reset === 'hard' ? `hard reset to ${resetValue}` : 'soft reset'}${detachReset ? ', detached' : ''}`
}

function rateText({ learningRate, schedule, step, warmupEpochs, rateChanges, clipNorm }: TrainingConfig): string {
  const parts = [
    `${learningRate}, ${schedule}`,
    step && `times ${step.factor} every ${step.epochs} epochs`,
    warmupEpochs && `${warmupEpochs} epochs of warm-up`,
    rateChanges === 'step' && 'changes with every step',
    clipNorm && `gradient norm up to ${clipNorm}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Epochs; of a run of stages "300 with T = 2 (rate 0.01), then 50". */
export function stagesText({ stages = [], epochs }: Pick<TrainingConfig, 'stages' | 'epochs'>): string {
  return [...stages.map((stage) => `${stage.epochs} with T = ${stage.timesteps} (rate ${stage.learningRate})`), `${epochs}`].join(', then ')
}

/** What chooses the best epoch, and what the test split is for. */
export function protocolText({ protocol, validationShare = 0.1 }: Pick<TrainingConfig, 'protocol' | 'validationShare'>): string {
  if (protocol !== 'fair') return 'test accuracy, as in the papers'
  return `validation accuracy (${Math.round(validationShare * 100)} % of the training samples); test scored once, at the end`
}

/** How a run was set up, and a new run with the same settings. */
export function ConfigSummary({ run }: { readonly run: Run }) {
  const { config } = run
  const dataset = useLibrary((state) => state.datasets && datasetOf(run, state.datasets))
  const { neuron } = config.network
  const again = () => {
    useRunForm.setState({
      form: { config: { ...config, dataset: dataset?.id ?? config.dataset, name: `${config.name.slice(0, 74)}, again` }, networkPreset: null, trainingPreset: null, named: true },
    })
    go({ view: 'training', page: 'new', dataset: null })
  }
  return (
    <Panel
      title="Configuration"
      aside={
        <Button variant="subtle" size="compact-xs" leftSection={<IconCopyPlus size={14} />} onClick={again}>
          New run from this
        </Button>
      }
    >
      <Facts
        rows={[
          ['Dataset', dataset?.name ?? `${config.dataset} (not in this library)`],
          [
            'Network',
            <span key="network">
              {config.network.name}, {count(run.parameters)} parameters
              <br />
              <small className={styles.hint}>
                {layersText(config.network)}
                {config.network.norm && `; ${{ tdbn: 'tdBN', tebn: 'TEBN', tab: 'TAB' }[config.network.norm]}`}
                {config.network.sharing && `; membranes shared by ${config.network.sharing === 'layers-channels' ? 'layers and channels' : config.network.sharing}`}
              </small>
            </span>,
          ],
          [
            'Neuron',
            [`LIF: τ ${neuron.tau}, threshold ${neuron.threshold}, ${resetText(neuron)}`, ...neuronVariantsText(neuron)].join('; '),
          ],
          ['Surrogate', `${neuron.surrogate}, α ${neuron.alpha}`],
          [
            'Method',
            <span key="method">
              {methodTexts[config.method.name].title}: {settingsText(config.method)}
              {config.switch !== undefined && (
                <>
                  <br />
                  after epoch {config.switch.afterEpoch} {methodTexts[config.switch.method.name].title}: {settingsText(config.switch.method)}
                </>
              )}
            </span>,
          ],
          ['Optimizer', `${optimizerTitles[config.optimizer.name]}: ${settingsText(config.optimizer)}`],
          ['Learning rate', rateText(config)],
          ['Epochs, batch', `${stagesText(config)}, ${config.batchSize}`],
          ['Augmentation', augmentationText(config.augmentation)],
          ['Best epoch by', protocolText(config)],
          ['Seed, device', `${config.seed}, ${config.device}${config.precision === 'mixed' ? ', mixed precision' : ''}`],
          ['Started', since(run.created, new Date())],
        ]}
      />
    </Panel>
  )
}
