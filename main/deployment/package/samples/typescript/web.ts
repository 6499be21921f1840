/** The page of index.html: classifies a recording that is chosen there, in the browser. node serve.ts shows it. */
import * as ort from 'onnxruntime-web'
import { framesOf, readRecording } from './frames.js'
import { classify, classifySteps, type Answer, type Model } from './model.ts'

const place = (name: string): string => new URL(`../../${name}`, import.meta.url).href
const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T

// One thread: more need a page that is isolated from other origins.
ort.env.wasm.numThreads = 1
const model = (await (await fetch(place('model.json'))).json()) as Model
const [recording, steps, output] = [element<HTMLInputElement>('recording'), element<HTMLInputElement>('steps'), element<HTMLOutputElement>('answer')]

/** The answer for a file that was chosen; `said` is told of each timestep. */
async function classified(file: File, said: (answer: Answer) => void): Promise<Answer> {
  const frames = framesOf(await readRecording(file.name, new Uint8Array(await file.arrayBuffer())), model)
  if (!steps.checked) return classify(ort, await ort.InferenceSession.create(place('window.onnx')), frames, model)
  let answer: Answer | undefined
  for await (answer of classifySteps(ort, await ort.InferenceSession.create(place('step.onnx')), frames, model)) said(answer)
  if (!answer) throw new Error('There is no timestep.')
  return answer
}

/** Shows an answer; the logits stand in data-logits for programs. */
function show(answer: Answer): void {
  output.textContent = `${answer.label} (${(answer.probability * 100).toFixed(1)} %)`
  output.dataset['logits'] = JSON.stringify([...answer.logits])
}

async function chosen(): Promise<void> {
  const file = recording.files?.[0]
  if (!file) return
  output.textContent = 'reading ...'
  delete output.dataset['state']
  try {
    show(await classified(file, show))
    output.dataset['state'] = 'done'
  } catch (error) {
    output.textContent = error instanceof Error ? error.message : String(error)
    output.dataset['state'] = 'failed'
  }
}

recording.addEventListener('change', () => void chosen())
steps.addEventListener('change', () => void chosen())
recording.disabled = false
