import { basename } from 'node:path'
import { parse, positional, sharedUsage, withWorkbench, type Command } from './command.ts'
import { configured, trainOptions } from './train.ts'

export const weights: Command = {
  summary: 'a published checkpoint (.pth, .safetensors) becomes a run with its weights',
  usage: `Usage: npm run saccade -- weights FILE --dataset NAME --network NAME|FILE|TOPOLOGY [OPTIONS]

FILE is a .safetensors file or a .pth of PyTorch 1.6 or later, with the parameter names of the TRT or the TET authors' code, or of a
network without branches whose tensors stand in the order of its layers. Nothing in the file is executed. The run has not been
trained here: evaluate, analyze and export it, or resume it to train on from these weights.

  --name NAME             of the run; the file's name where it is not given
  all options of "train" that say how it would be trained on
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, trainOptions)
    const [path = ''] = positional(positionals, 'FILE')
    await withWorkbench(values.library, async (workbench) => {
      const config = await configured(workbench, { name: basename(path), ...values }, (line) => host.progress.line(line))
      const { run, by } = await workbench.call('models.open-weights', { path, config })
      if (values.json) return host.print(JSON.stringify({ run, by }, null, 2))
      host.print(`Run ${run} has the weights of ${path}, told apart by ${by}.`)
    })
  },
}
