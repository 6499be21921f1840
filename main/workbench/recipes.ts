import { analysisOptionsSchema, type StoredAnalysis } from '../analysis/schema.ts'
import { importOptionsSchema } from '../datasets/schema.ts'
import { paperDatasets, framingOf } from '../training/recipes/datasets.ts'
import { findRecipe, recipes } from '../training/recipes/index.ts'
import { matchDataset } from '../training/recipes/match.ts'
import { outcomeOf, type Measured } from '../training/recipes/outcome.ts'
import { needsOf, planRecipe, RecipeError, runSeconds, runsOf, type Need, type Plan, type RecipeChoices } from '../training/recipes/plan.ts'
import { papers, type Recipe } from '../training/recipes/recipe.ts'
import { launchEstimate } from '../training/launcher.ts'
import type { TrainingConfig } from '../training/schema.ts'
import { totalEpochs } from '../training/stages.ts'
import type { Device } from '../engines/schema.ts'
import type { CallOutput, DatasetSummary, RecipeDetails, RecipeNeed, RecipeSummary } from '../../preload/contract/index.ts'
import type { Analyses } from './analyses.ts'
import { UsageError, type Handlers } from './api.ts'
import type { Datasets } from './datasets.ts'
import type { Experiments } from './experiments.ts'
import type { Runs } from './runs.ts'
import type { Shared } from './shared.ts'

/** Steps and evaluations that an estimate takes, in steps' time. */
const stepsTaken = 7

interface Rooms {
  readonly datasets: Datasets
  readonly runs: Runs
  readonly experiments: Experiments
  readonly analyses: Analyses
}

/** The papers' tables and figures as experiments on the user's datasets. */
export class Recipes {
  readonly #shared: Shared
  readonly #rooms: Rooms

  constructor(shared: Shared, rooms: Rooms) {
    this.#shared = shared
    this.#rooms = rooms
  }

  list(): RecipeSummary[] {
    const datasets = this.#rooms.datasets.list()
    return recipes.map((recipe) => summaryOf(recipe, datasets))
  }

  get(id: string): RecipeDetails {
    const recipe = this.#recipe(id)
    const datasets = this.#rooms.datasets.list()
    const { paper, notes, seeds, analyses, cells, cited } = recipe
    return {
      ...summaryOf(recipe, datasets),
      paperTitle: papers[paper].title,
      paperWhere: papers[paper].where,
      notes: [...notes],
      seeds: [...seeds],
      analyses: analyses.map(({ kind }) => kind),
      needs: needsOf(recipe).map((need) => needWith(need, datasets)),
      table: cells.map(({ values, dataset, timesteps, settings, seeds: own, figures }) => ({
        values,
        need: `${dataset}@${timesteps}`,
        seeds: (own ?? seeds).length,
        settings: settingsText(settings),
        figures: figures.map(({ name, expected }) => ({ name, expected })),
      })),
      cited: [...cited],
    }
  }

  /** @throws UsageError where it can't be run like this */
  plan(id: string, choices: RecipeChoices, device: Device): Plan {
    try {
      const plan = planRecipe(this.#recipe(id), choices, this.#rooms.datasets.list())
      return { ...plan, runs: plan.runs.map((run) => ({ ...run, config: { ...run.config, device } })) }
    } catch (error) {
      throw error instanceof RecipeError ? new UsageError(error.message) : error
    }
  }

  preview(id: string, choices: RecipeChoices, device: Device): CallOutput<'recipes.preview'> {
    const { runs, missing, stored } = this.plan(id, choices, device)
    return {
      runs: runs.length,
      cells: stored.cells.length,
      epochs: Math.max(...runs.map(({ config }) => totalEpochs(config))),
      missing: missing.map(({ key }) => key),
      comparable: stored.comparable,
      caveats: stored.caveats,
    }
  }

  /**
   * Runs of the same layers and dataset cost the same: one of each is measured, in small batches, so that it takes seconds. What the
   * process took besides its steps is added to every run, which starts one too.
   */
  async estimate(id: string, choices: RecipeChoices, device: Device): Promise<CallOutput<'recipes.estimate'>> {
    const { runs } = this.plan(id, choices, device)
    const kinds = Map.groupBy(runs, ({ config: { network: { layers, norm, sharing }, dataset } }) => JSON.stringify([layers, norm, sharing, dataset]))
    const measured: CallOutput<'recipes.estimate'>['measured'] = []
    let seconds = 0
    for (const group of kinds.values()) {
      const { config } = group[0]!
      const dataset = this.#shared.library.existing('datasets', config.dataset)
      const small = { ...config, batchSize: Math.min(config.batchSize, 8) }
      const begun = performance.now()
      const { secondsPerEpoch, samplesPerSecond, timesteps } = await launchEstimate({ config: small, dataset }, this.#shared.spawn).result
      measured.push({ what: `${config.network.name}, T = ${timesteps}`, runs: group.length, samplesPerSecond, secondsPerEpoch })
      const besides = Math.max(0, (performance.now() - begun) / 1000 - (stepsTaken * small.batchSize) / samplesPerSecond)
      for (const run of group) seconds += besides + runSeconds(run.config, secondsPerEpoch, timesteps)
    }
    return { seconds, runs: runs.length, measured }
  }

  start(id: string, choices: RecipeChoices, device: Device): { job: string; experiment: string } {
    const { runs, stored } = this.plan(id, choices, device)
    const [first] = runs
    if (!first) throw new UsageError(`Recipe "${id}" has nothing to train.`)
    const recipe = this.#recipe(id)
    // A figure's title says what it shows, a table's number is what it is known by.
    const place = recipe.place.startsWith('Table') ? ` ${recipe.place}` : ''
    const name = `${papers[recipe.paper].short}${place}: ${recipe.title}${stored.scale === 'cpu' ? ' (scaled down)' : ''}`.slice(0, 80).trim()
    const seeds = [...new Set(runs.map(({ seed }) => seed))].slice(0, 100)
    return this.#rooms.experiments.startRuns({ name, base: { ...first.config, name }, sweep: { axes: [], seeds }, recipe: stored }, runs)
  }

  /** @throws UsageError where the folder holds something else than the paper's dataset */
  async import(id: string, key: string, folder: string): Promise<{ job: string; dataset: string }> {
    const need = needsOf(this.#recipe(id)).find((one) => one.key === key)
    if (!need) throw new UsageError(`Recipe "${id}" needs no dataset "${key}".`)
    const paper = paperDatasets[need.dataset]
    const found = await this.#rooms.datasets.preview(folder)
    const kind = found.kind ?? 'events'
    if (kind !== paper.kind || found.classes.length !== paper.classes)
      throw new UsageError(
        `${folder} is not ${paper.title}: it holds ${found.classes.length} classes of ${kind === 'images' ? 'pictures' : 'recordings'}, not ${paper.classes} of ${paper.kind === 'images' ? 'pictures' : 'recordings'}. ${paper.files}`,
      )
    const options = importOptionsSchema.parse({
      folder,
      name: `${paper.title}, T ${need.timesteps}${paper.kind === 'events' ? `, ${paper.framingName}` : ''}`.slice(0, 80),
      framing: framingOf(paper, need.timesteps),
      ...(paper.filters.length > 0 && { filters: [...paper.filters] }),
      testShare: paper.testShare,
    })
    const { job, dataset } = await this.#rooms.datasets.start(options)
    return { job: job.id, dataset }
  }

  outcome(experiment: string): CallOutput<'recipes.outcome'> {
    const { recipe, runs } = this.#made(experiment)
    const done = runs.filter(({ state }) => state === 'finished').map(({ run, values }) => ({ run, values, taken: this.#rooms.analyses.list(run) }))
    const rows = outcomeOf(recipe, done.map(({ run, values, taken }) => this.#measured(run, values, taken)))
    const toAnalyze = done.filter(({ taken }) => recipe.analyses.some(({ kind }) => !taken.some(({ result }) => result.kind === kind))).length
    return { rows, analyses: recipe.analyses.map(({ kind }) => kind), toAnalyze }
  }

  /** @throws where one fails; those before it are kept */
  async analyze(experiment: string): Promise<number> {
    const { recipe, runs } = this.#made(experiment)
    let count = 0
    for (const { run, state } of runs) {
      if (state !== 'finished') continue
      const taken = this.#rooms.analyses.list(run)
      for (const { kind, options } of recipe.analyses) {
        if (taken.some(({ result }) => result.kind === kind)) continue
        await this.#rooms.analyses.analyze(run, kind, analysisOptionsSchema.parse(options))
        this.#shared.emit('library.changed', { what: 'experiments' })
        count++
      }
    }
    return count
  }

  #measured(id: string, values: Measured['values'], taken: readonly StoredAnalysis[]): Measured {
    const { epochs, best, test } = this.#rooms.runs.get(id)
    const scored = epochs.find(({ epoch }) => epoch === best?.epoch)
    const result = <K extends StoredAnalysis['result']['kind']>(kind: K) => taken.map((one) => one.result).find((one): one is Extract<StoredAnalysis['result'], { kind: K }> => one.kind === kind)
    return {
      values,
      accuracy: test?.accuracy ?? best?.value ?? null,
      timesteps: test?.timestepAccuracy ?? scored?.timestepAccuracy ?? [],
      single: result('time')?.single ?? [],
      running: result('time')?.running ?? [],
      rates: scored?.firingRates.map(({ rate }) => rate) ?? [],
      rise: result('landscape')?.rise ?? null,
      centroids: result('centroid')?.epochs.map(({ centroid }) => centroid) ?? [],
      millijoules: ((energy) => (energy === undefined ? null : energy.picojoules * 1e-9))(result('energy')),
    }
  }

  #made(experiment: string) {
    const { recipe, runs, name } = this.#rooms.experiments.get(experiment)
    if (!recipe) throw new UsageError(`Experiment "${name}" was not made by a recipe.`)
    return { recipe, runs }
  }

  #recipe(id: string): Recipe {
    const recipe = findRecipe(id)
    if (!recipe) throw new UsageError(`There is no recipe "${id}". "saccade recipe list" names them.`)
    return recipe
  }
}

function needWith(need: Need, datasets: readonly DatasetSummary[]): RecipeNeed {
  const paper = paperDatasets[need.dataset]
  const rank = ({ fits, onlyTimesteps, faults }: RecipeNeed['candidates'][number]): number => (fits ? 0 : onlyTimesteps ? 1 : 2 + faults.length)
  return {
    key: need.key,
    title: paper.title,
    timesteps: need.timesteps,
    cells: need.cells,
    files: paper.files,
    framingName: paper.framingName,
    framing: framingOf(paper, need.timesteps),
    filters: [...paper.filters],
    testShare: paper.testShare,
    notes: [...paper.notes],
    candidates: datasets
      .map((dataset) => {
        const { faults, differences, ...match } = matchDataset(dataset, paper, need.timesteps)
        return { id: dataset.id, name: dataset.name, source: dataset.source, ...match, faults: [...faults], differences: [...differences] }
      })
      .sort((a, b) => rank(a) - rank(b)),
  }
}

function summaryOf(recipe: Recipe, datasets: readonly DatasetSummary[]): RecipeSummary {
  const { id, paper, place, title, about, cells } = recipe
  const needs = needsOf(recipe)
  const there = needs.filter(({ dataset, timesteps }) => datasets.some((one) => matchDataset(one, paperDatasets[dataset], timesteps).fits)).length
  return {
    id, paper, place, title, about,
    datasets: [...new Set(needs.map(({ dataset }) => paperDatasets[dataset].title))],
    networks: [...new Set(cells.map(({ settings }) => settings.network.name))],
    cells: cells.length,
    runs: runsOf(recipe),
    present: there === needs.length ? 'all' : there > 0 ? 'some' : 'none',
  }
}

/** "ResNet-19; TRT eta 0.05, lambda 0.00001; adam 0.001 cosine, 300 epochs of batches of 64". */
function settingsText({ network, method, optimizer, learningRate, schedule, stages = [], epochs, batchSize }: Omit<TrainingConfig, 'name' | 'dataset' | 'seed' | 'device'>): string {
  const numbers = Object.entries(method).flatMap(([name, value]) => (typeof value === 'number' && name !== 'epsilon' && name !== 'firstTimestep' ? [`${name} ${value}`] : []))
  const trained = [...stages.map((stage) => `${stage.epochs} epochs at T = ${stage.timesteps}, rate ${stage.learningRate}`), `${epochs} epochs, rate ${learningRate}`].join(', then ')
  return `${network.name}; ${[method.name.toUpperCase(), ...numbers].join(' ')}; ${optimizer.name}, ${schedule}, ${trained}, batches of ${batchSize}`
}

type RecipeCalls = 'recipes.list' | 'recipes.get' | 'recipes.preview' | 'recipes.estimate' | 'recipes.start' | 'recipes.import' | 'recipes.outcome' | 'recipes.analyze'

export function recipeHandlers(recipes: Recipes): Pick<Handlers, RecipeCalls> {
  return {
    'recipes.list': () => ({ recipes: recipes.list() }),
    'recipes.get': ({ id }) => recipes.get(id),
    'recipes.preview': ({ id, device, ...choices }) => recipes.preview(id, choices, device),
    'recipes.estimate': ({ id, device, ...choices }) => recipes.estimate(id, choices, device),
    'recipes.start': ({ id, device, ...choices }) => recipes.start(id, choices, device),
    'recipes.import': ({ id, need, folder }) => recipes.import(id, need, folder),
    'recipes.outcome': ({ id }) => recipes.outcome(id),
    'recipes.analyze': async ({ id }) => ({ taken: await recipes.analyze(id) }),
  }
}
