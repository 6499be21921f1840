/** A run as one HTML file that needs nothing else: figures as inline SVG, their numbers, settings, hashes and how to do it again. */
import { figureCsv } from '../figures/csv.ts'
import type { Figure } from '../figures/figure.ts'
import { fileStyle } from '../figures/style.ts'
import { figureSvg } from '../figures/svg.ts'
import { measured } from '../training/measured.ts'
import type { RunManifest } from '../training/run-manifest-schema.ts'
import type { Run } from '../training/schema.ts'
import { totalEpochs } from '../training/stages.ts'
import { reportStyle } from './report-style.ts'
import { reproduction } from './reproduction.ts'

export interface ReportSection {
  readonly title: string
  readonly figures: readonly Figure[]
}

export interface ReportInput {
  readonly run: Run
  /** null of runs that began before there were manifests. */
  readonly manifest: RunManifest | null
  readonly sections: readonly ReportSection[]
  /** Of Saccade, which writes the report. */
  readonly version: string
  /** ISO time. */
  readonly written: string
}

/** Pixels; the page scales figures down where it is narrower. */
const figureWidth = 860

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)
const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(2)} %`)
const figures = (value: number): string => String(Number(value.toPrecision(4)))

/** The whole file. Every text of the run is escaped; there is no script in it. */
export function reportHtml(input: ReportInput): string {
  const { run, manifest, sections, version, written } = input
  const title = `${run.config.name}: report`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escape(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${escape(run.config.name)}</h1>
<p class="sub">Run ${escape(run.id)}, begun ${escape(run.created)}; written by Saccade ${escape(version)} at ${escape(written)}</p>
${facts(summary(run))}
${sections.map(section).join('\n')}
<section><h2>Epochs</h2>${epochs(run)}</section>
<section><h2>Trained on, and with</h2>${manifest === null ? '<p>This run keeps no manifest.</p>' : trainedWith(manifest)}</section>
<section><h2>Settings</h2>${facts(Object.entries(flat(run.config)).filter(([key]) => !key.startsWith('network.layers')))}</section>
<section><h2>How to reproduce</h2><p>With Saccade ${escape(manifest?.sessions[0]?.saccade ?? version)}, a dataset whose content has the hash above, and <code>network.json</code> as below:</p>
<pre>${escape(reproduction(run, manifest).join('\n'))}</pre>
<details><summary>network.json</summary><pre>${escape(JSON.stringify(run.config.network, null, 2))}</pre></details></section>
</main>
</body>
</html>
`
}

function summary(run: Run): [string, string][] {
  const last = run.epochs.at(-1)
  return [
    ['Method', run.config.switch === undefined ? run.config.method.name.toUpperCase() : `${run.config.method.name.toUpperCase()}, from epoch ${run.config.switch.afterEpoch + 1} on ${run.config.switch.method.name.toUpperCase()}`],
    ['Network', `${run.config.network.name}, ${run.parameters.toLocaleString('en-US')} parameters`],
    ['Epochs', `${run.epochs.length} of ${totalEpochs(run.config)} (${run.state})`],
    ['Best', run.best === null ? '–' : `${percent(run.best.value)} ${run.best.metric === 'validationAccuracy' ? 'validation' : 'test'} accuracy, epoch ${run.best.epoch}`],
    ...(run.test === undefined ? [] : [['Test, scored once', `${percent(run.test.accuracy)}, loss ${figures(run.test.loss)}, epoch ${run.test.epoch}, ${run.test.samples} samples`] as [string, string]]),
    ['Last epoch', last === undefined ? '–' : `${percent(measured(last).accuracy)} on the ${measured(last).split} split, loss ${figures(measured(last).loss)}; train ${percent(last.trainAccuracy)}`],
    ['Dataset (SHA-256)', run.datasetHash ?? 'unknown'],
  ]
}

function section({ title, figures: drawn }: ReportSection): string {
  return `<section><h2>${escape(title)}</h2>${drawn.map(figureHtml).join('\n')}</section>`
}

function figureHtml(figure: Figure): string {
  const svg = figureSvg(figure, { style: fileStyle, width: figureWidth }).replace(/ width="([\d.]+)" height="([\d.]+)"/, ' style="max-width:$1px"')
  const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(figureCsv(figure))}`
  return `<figure><h3>${escape(figure.title)}</h3><p>${escape(figure.caption)} ${figure.source === '' ? '' : `<span>Source: ${escape(figure.source)}.</span>`}</p>${svg}
<figcaption>${figure.origin.map(escape).join('<br>')}<br><a download="${escape(figure.id)}.csv" href="${csv}">${escape(figure.id)}.csv</a></figcaption></figure>`
}

function facts(rows: readonly (readonly [string, string])[]): string {
  return `<table class="facts">${rows.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`).join('')}</table>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<table><thead><tr>${head.map((cell) => `<th scope="col">${escape(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`
}

function epochs({ epochs: list }: Run): string {
  const rows = list.map((one) => [String(one.epoch), figures(one.learningRate), figures(one.trainLoss), percent(one.trainAccuracy), figures(measured(one).loss), percent(measured(one).accuracy), one.seconds.toFixed(1)])
  const split = list[0] === undefined ? 'test' : measured(list[0]).split
  return table(['epoch', 'learning rate', 'train loss', 'train accuracy', `${split} loss`, `${split} accuracy`, 'seconds'], rows)
}

function trainedWith({ dataset, splits, seed, sessions }: RunManifest): string {
  const data: [string, string][] = [
    ['Dataset', `${dataset.name}, T × C × H × W = ${dataset.shape.join(' × ')}, ${dataset.classes.length} classes`],
    ['Content (SHA-256)', dataset.hash],
    ['Splits', `${splits.train} train, ${splits.validation} validation, ${splits.test} test; seed ${seed}`],
  ]
  const rows = sessions.map((one, i) => [
    `${i + 1}: ${one.started}`, String(one.afterEpoch + 1), one.device, `${one.engine.name} ${one.engine.version}`, one.saccade, `Node ${one.node}`, `${one.platform}, ${one.processor}`, one.graphHash,
  ])
  return facts(data) + table(['session', 'from epoch', 'device', 'engine', 'Saccade', 'runtime', 'machine', 'graph of a step (SHA-256)'], rows)
}

/** {a: {b: 1}} -> {"a.b": "1"}. */
function flat(value: object, before = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
      if (one === undefined) return []
      return typeof one === 'object' && one !== null ? Object.entries(flat(one, `${before}${key}.`)) : [[`${before}${key}`, String(one)]]
    }),
  )
}
