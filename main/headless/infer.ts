import { parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { percent, table } from './terminal.ts'
import { readTextOptions, textOptions, textUsage } from './text-options.ts'

export const infer: Command = {
  summary: 'a model on a recording',
  usage: `Usage: npm run saccade -- infer MODEL RECORDING|PICTURE [OPTIONS]

MODEL is the id of an exported model, or the path of an .onnx file that Saccade exported. The recording is cut into frames
by the model's own framing rule. A model of static pictures (CIFAR, MNIST, ImageNet) takes a PNG, JPEG or WebP.

${textUsage};
                         kept for RECORDING
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, { ...shared, ...textOptions })
    const [model = '', recording = ''] = positional(positionals, 'MODEL', 'RECORDING')
    const reading = readTextOptions(values)
    await withWorkbench(values.library, async (workbench) => {
      if (reading) await workbench.call('recordings.read-text', { path: recording, reading })
      const result = await workbench.call('models.infer', { model, recording })
      if (values.json) return host.print(JSON.stringify(result, null, 2))
      host.print(
        table(
          result.top.slice(0, 5).map(({ label, probability, logit }) => [label, percent(probability), logit.toFixed(3)]),
          ['class', 'probability', 'logit'],
        ),
      )
      const rows = result.logitsPerTimestep.map((logits, t) => [String(t + 1), ...logits.map((logit) => logit.toFixed(2))])
      host.print(`\n${table(rows, ['timestep', ...result.classes])}`)
      const { decode, frames, network } = result.latencyMs
      host.print(
        `\n${result.events > 0 ? `${result.events} events; decoded` : 'Decoded'} in ${decode.toFixed(1)} ms, framed in ${frames.toFixed(1)} ms, ` +
          `network ${network.toFixed(1)} ms`,
      )
      for (const { severity, message } of result.problems) host.print(`${severity}: ${message}`)
    })
  },
}
