import type { CallInput, OutcomeRow, RecipeDetails, RecipeSummary, StoredRecipe } from '../../preload/contract/index.ts'
import { deviceSchema, type Device } from '../engines/schema.ts'
import { UsageError, type Workbench } from '../workbench/api.ts'
import { Cancelled } from '../workbench/jobs.ts'
import { byIdOrName, choice, follow, number, parse, positional, shared, sharedUsage, withWorkbench, type Command, type Host } from './command.ts'
import { duration, table } from './terminal.ts'

const options = {
  ...shared,
  dataset: { type: 'string', multiple: true },
  scale: { type: 'string' },
  epochs: { type: 'string' },
  repeats: { type: 'string' },
  device: { type: 'string' },
  estimate: { type: 'boolean' },
  need: { type: 'string' },
} as const
type Values = ReturnType<typeof parse<typeof options>>['values']

export const recipe: Command = {
  summary: 'tables and figures of the TRT and TET papers, trained again',
  usage: `Usage: npm run saccade -- recipe list [WORD]
       npm run saccade -- recipe show RECIPE
       npm run saccade -- recipe import RECIPE FOLDER [--need NEED]
       npm run saccade -- recipe run RECIPE --dataset [NEED=]NAME|ID ... [OPTIONS]
       npm run saccade -- recipe table EXPERIMENT

list    all recipes, or those with a word in their title, paper, dataset or network
show    what a recipe trains, the published numbers, which datasets it needs and what of the library may be them
import  raw files with the framing that the recipe asks for
run     measures how long it will take, trains every cell and prints the expected beside the obtained numbers; Ctrl-C pauses,
        "sweep --resume" goes on, "table" prints the numbers so far and takes analyses that are missing

  --dataset [NEED=]NAME|ID  the dataset that you say is the paper's (may be given several times; NEED as "show" names it, and
                         may be left out where the recipe needs one dataset). Cells without a dataset are left out.
  --scale published|cpu  published (default), or scaled down for a CPU: the network Small, few epochs, one seed; another dataset
                         may stand in then. Its numbers can't be compared with the paper's, and the table says so.
  --epochs N             of a run that is scaled down (default 8, more where there are few samples)
  --repeats N            seeds of every cell at most
  --device NAME          cpu (default), webgpu, cuda, dml, coreml, tensorflow, or auto: the fastest that works
  --estimate             only tells how long it would take
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, options)
    const [verb = '', ...rest] = positionals
    if (!Object.hasOwn(verbs, verb)) throw new UsageError(verb === '' ? 'list, show, import, run or table?' : `recipe has no "${verb}"; it has ${Object.keys(verbs).join(', ')}.`)
    await withWorkbench(values.library, (workbench) => verbs[verb as keyof typeof verbs](workbench, host, rest, values))
  },
}

const verbs = { list, show, import: importFor, run, table: tableOf } as const

function print(host: Host, values: Values, result: unknown, text: () => string): void {
  host.print(values.json === true ? JSON.stringify(result, null, 2) : text())
}

async function list(workbench: Workbench, host: Host, rest: readonly string[], values: Values): Promise<void> {
  const word = rest.join(' ').toLowerCase()
  const all = (await workbench.call('recipes.list', {})).recipes
  const found = all.filter((one) => [one.id, one.paper, one.place, one.title, ...one.datasets, ...one.networks].join(' ').toLowerCase().includes(word))
  const row = (one: RecipeSummary): string[] => [one.id, one.place, one.title, one.networks.join(', '), `${one.cells} cells, ${one.runs} runs`, { all: 'dataset here', some: 'some datasets here', none: 'dataset missing' }[one.present]]
  print(host, values, found, () => (found.length === 0 ? `No recipe has "${word}".` : table(found.map(row), ['recipe', 'place', 'title', 'network', 'size', 'library'])))
}

async function show(workbench: Workbench, host: Host, rest: readonly string[], values: Values): Promise<void> {
  const [id = ''] = positional(rest, 'the recipe')
  const found = await workbench.call('recipes.get', { id })
  print(host, values, found, () => describe(found))
}

const published = (mean: number, deviation: number | null): string => `${(100 * mean).toFixed(2)}${deviation === null ? '' : ` +- ${(100 * deviation).toFixed(2)}`} %`
const valuesText = (values: OutcomeRow['values']): string => Object.entries(values).map(([name, value]) => `${name} ${String(value)}`).join(', ')

function describe({ id, place, title, paperTitle, paperWhere, about, needs, table: cells, cited, notes, analyses }: RecipeDetails): string {
  const rows = cells.flatMap(({ values, seeds, figures, settings }) =>
    figures.map(({ name, expected }, i) => [i === 0 ? valuesText(values) : '', name, expected ? published(expected.mean, expected.deviation) : '-', i === 0 ? String(seeds) : '', i === 0 ? settings : '']),
  )
  const needed = needs.flatMap(({ key, title: name, timesteps, files, framingName, candidates, notes: own }) => {
    const likely = candidates.filter(({ fits, onlyTimesteps }) => fits || onlyTimesteps)
    return [
      `\n${key}: ${name} with T = ${timesteps} (${framingName})`,
      `  ${files}`,
      ...own.map((note) => `  ${note}`),
      ...likely.map(({ id: dataset, fits, differences }) => `  ${dataset} ${fits ? 'may be it' : `may be it, but with another T: recipe import ${id} FOLDER --need ${key}`}${differences.length > 0 ? `; ${differences.join('; ')}` : ''}`),
      ...(likely.length === 0 ? [`  not in the library: recipe import ${id} FOLDER --need ${key}`] : []),
    ]
  })
  return [
    `${id}: ${place}, ${title}\n${paperTitle} (${paperWhere})\n\n${about}\n`,
    table(rows, ['cell', 'number', 'expected', 'seeds', 'settings']),
    ...(cited.length > 0 ? ['\nAlso in it, not trained here:', table(cited.map(({ label, text, why }) => [`  ${label}`, text, why]))] : []),
    ...(analyses.length > 0 ? [`\nAnalyses of every run: ${analyses.join(', ')}`] : []),
    ...needed,
    ...(notes.length > 0 ? ['', ...notes.map((note) => `Note: ${note}`)] : []),
  ].join('\n')
}

async function importFor(workbench: Workbench, host: Host, rest: readonly string[], values: Values): Promise<void> {
  const [id = '', folder = ''] = positional(rest, 'the recipe', 'the folder')
  const { needs } = await workbench.call('recipes.get', { id })
  const need = values.need ?? (needs.length === 1 ? needs[0]!.key : undefined)
  if (need === undefined) throw new UsageError(`--need missing: ${id} needs ${needs.map(({ key }) => key).join(', ')}.`)
  const { dataset, ended } = await follow(workbench, host, () => workbench.call('recipes.import', { id, need, folder }))
  print(host, values, { dataset, need }, () => `${dataset}: ${ended.detail}`)
}

async function run(workbench: Workbench, host: Host, rest: readonly string[], values: Values): Promise<void> {
  const [id = ''] = positional(rest, 'the recipe')
  const input = await choicesOf(workbench, id, values)
  const preview = await workbench.call('recipes.preview', input)
  const say = (text: string): void => host.progress.line(text)
  for (const caveat of preview.caveats) say(caveat)
  if (preview.missing.length > 0) say(`Left out, without a dataset: ${preview.missing.join(', ')}.`)
  say(`${preview.runs} runs of ${preview.cells} cells. Measuring how long they will take ...`)
  const estimate = await workbench.call('recipes.estimate', input)
  say(`About ${duration(estimate.seconds)}, without analyses (${estimate.measured.map(({ what, samplesPerSecond }) => `${what}: ${samplesPerSecond.toPrecision(3)} samples/s`).join('; ')}).`)
  if (values.estimate === true) return print(host, values, { ...preview, ...estimate }, () => duration(estimate.seconds))
  if (host.signal.aborted) throw new Cancelled('Stopped before anything was trained.')
  let experiment = ''
  try {
    await follow(workbench, host, async () => {
      const started = await workbench.call('recipes.start', input)
      experiment = started.experiment
      say(`Experiment ${experiment}`)
      return started
    })
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    const library = values.library === undefined ? '' : ` --library ${values.library}`
    throw new Cancelled(`${error.message}\nGo on with: npm run saccade -- sweep --resume ${experiment}${library}\nThen: npm run saccade -- recipe table ${experiment}${library}`)
  }
  await tell(workbench, host, experiment, values)
}

async function tableOf(workbench: Workbench, host: Host, rest: readonly string[], values: Values): Promise<void> {
  const [wanted = ''] = positional(rest, 'the experiment')
  await tell(workbench, host, byIdOrName(wanted, 'experiment', (await workbench.call('experiments.list', {})).experiments), values)
}

/** Takes what analyses are missing, then prints the table. */
async function tell(workbench: Workbench, host: Host, experiment: string, values: Values): Promise<void> {
  const { toAnalyze, analyses } = await workbench.call('recipes.outcome', { id: experiment })
  if (toAnalyze > 0) {
    host.progress.line(`Analyzing ${toAnalyze} runs (${analyses.join(', ')}) ...`)
    await workbench.call('recipes.analyze', { id: experiment })
  }
  const { rows } = await workbench.call('recipes.outcome', { id: experiment })
  const { recipe: made, finished, runs } = await workbench.call('experiments.get', { id: experiment })
  if (!made) throw new UsageError(`Experiment "${experiment}" was not made by a recipe.`)
  print(host, values, { experiment, ...made, finished, runs: runs.length, rows }, () => outcomeText(made, rows, `${finished} of ${runs.length} runs finished`))
}

function outcomeText({ place, title, comparable, caveats }: StoredRecipe, rows: readonly OutcomeRow[], stand: string): string {
  const cells = rows.map(({ values, figure, unit, expected, obtained, difference }) => {
    const shown = (value: number): string => (unit === 'percent' ? `${(100 * value).toFixed(2)} %` : `${value.toPrecision(4)}${unit === 'mJ' ? ' mJ' : ''}`)
    const spread = obtained && obtained.count > 1 ? ` +- ${unit === 'percent' ? (100 * obtained.deviation).toFixed(2) : obtained.deviation.toPrecision(2)}` : ''
    return [valuesText(values), figure, expected ? published(expected.mean, expected.deviation) : '-', obtained ? `${shown(obtained.mean)}${spread}` : '-', difference === null ? '-' : `${difference < 0 ? '' : '+'}${(100 * difference).toFixed(2)}`, String(obtained?.count ?? 0)]
  })
  const verdict = comparable ? 'Best test epoch, as in the papers.' : 'NOT COMPARABLE with the paper: the expected numbers stand here for orientation only.'
  return [`${place}, ${title}: ${stand}`, verdict, ...caveats, '', table(cells, ['cell', 'number', 'expected', 'obtained', 'difference', 'seeds'])].join('\n')
}

/** @throws UsageError naming the needs without a dataset, and what of the library may be it */
async function choicesOf(workbench: Workbench, id: string, values: Values): Promise<CallInput<'recipes.start'>> {
  const { needs } = await workbench.call('recipes.get', { id })
  const { datasets: all } = await workbench.call('datasets.list', {})
  const given = (values.dataset ?? []).map((text): [string, string] => {
    const need = needs.find(({ key }) => text.startsWith(`${key}=`))
    if (need) return [need.key, byIdOrName(text.slice(need.key.length + 1), 'dataset', all)]
    if (needs.length === 1) return [needs[0]!.key, byIdOrName(text, 'dataset', all)]
    throw new UsageError(`--dataset ${text}: say for which need, as in --dataset ${needs[0]!.key}=${text}; ${id} needs ${needs.map(({ key }) => key).join(', ')}.`)
  })
  if (given.length === 0) {
    const likely = needs.map(({ key, candidates }) => `${key}: ${candidates.filter(({ fits }) => fits).map(({ id: one }) => one).join(' or ') || 'nothing in the library'}`)
    throw new UsageError(`--dataset missing: which of your datasets is the paper's is yours to say. What may be it: ${likely.join('; ')}. "recipe show ${id}" tells how to get it.`)
  }
  const device = choice(values.device, 'device', [...deviceSchema.options, 'auto'], 'cpu')
  return {
    id,
    datasets: Object.fromEntries(given),
    scale: choice(values.scale, 'scale', ['published', 'cpu'], 'published'),
    epochs: number(values.epochs, 'epochs'),
    repeats: number(values.repeats, 'repeats'),
    device: device === 'auto' ? (await workbench.call('devices.best', {})).device : (device satisfies Device),
  }
}
