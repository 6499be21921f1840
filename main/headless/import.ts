import { basename, resolve } from 'node:path'
import { findImages } from '../datasets/images/find.ts'
import { pictureCount } from '../datasets/images/image-set.ts'
import { suggestedFraming } from '../datasets/images/preview.ts'
import { follow, number, parse, positional, shared, sharedUsage, withWorkbench, type Command } from './command.ts'
import { framingOptions, framingUsage, readFraming } from './framing-options.ts'
import { table } from './terminal.ts'
import { readTextOptions, textOptions, textUsage } from './text-options.ts'

export const importFolder: Command = {
  summary: 'a folder of recordings or pictures, one subfolder per class, becomes a dataset',
  usage: `Usage: npm run saccade -- import FOLDER [OPTIONS]

FOLDER has one subfolder per class, or a labels.csv with path,label lines, or recordings with X_labels.csv beside them that cut
them into samples (DVS128 Gesture). Static pictures are imported too: CIFAR-10/100 (binary version), MNIST (IDX), PNG, JPEG or
WebP per class (ImageNet style). Files that can't be read are reported and skipped.
Interrupted, the same command goes on where it stopped.

  --name NAME            default: the folder's name
${framingUsage}
  --test-share SHARE     share of each class kept apart for testing (default 0.1)
  --seed N               of the split (default 42)
  --labels FILE          labels file
${textUsage};
                         kept for FOLDER
${sharedUsage}`,
  async run(args, host) {
    const { values, positionals } = parse(args, {
      ...shared,
      name: { type: 'string' },
      ...framingOptions,
      'test-share': { type: 'string' },
      seed: { type: 'string' },
      labels: { type: 'string' },
      ...textOptions,
    })
    const [folder = ''] = positional(positionals, 'FOLDER')
    const reading = readTextOptions(values)
    const labels = values.labels === undefined ? null : resolve(values.labels)
    // Static pictures are shown at fewer timesteps, and keep their size where they have one.
    const images = await findImages(resolve(folder), labels)
    const usual = images === null ? { timesteps: 10, resize: [48, 48] as [number, number] } : suggestedFraming(images)
    if (images !== null) host.progress.line(`${images.name}: ${pictureCount(images)} pictures of ${images.classes.length} classes`)
    const { framing, filters } = readFraming(values, usual)
    const options = {
      folder: resolve(folder),
      name: values.name ?? basename(resolve(folder)),
      framing,
      ...(filters.length > 0 && { filters }),
      testShare: number(values['test-share'], 'test-share') ?? 0.1,
      seed: number(values.seed, 'seed') ?? 42,
      labels,
    }
    await withWorkbench(values.library, async (workbench) => {
      if (reading) await workbench.call('recordings.read-text', { path: options.folder, reading })
      const { dataset } = await follow(workbench, host, () => workbench.call('datasets.import', options))
      const summary = await workbench.call('datasets.get', { id: dataset })
      if (values.json) return host.print(JSON.stringify(summary, null, 2))
      const { classes, train, test, skippedFiles, shape } = summary
      host.print(`Dataset ${dataset}: frames [T, C, H, W] = [${shape.join(', ')}]\n`)
      host.print(
        table(
          classes.map((name, i) => [name, String(train[i] ?? 0), String(test[i] ?? 0)]),
          ['class', 'train', 'test'],
        ),
      )
      if (summary.sensors) {
        const { length } = summary.sensors
        const sizes = summary.sensors.slice(0, 6).map(({ size: [high, wide], samples }) => `${wide}x${high} (${samples})`).join(', ')
        host.print(`\nWarning: sensors of different sizes: ${sizes}${length > 6 ? ` and ${length - 6} more` : ''}. Frames were resized; a network may tell classes apart by their sensor alone.`)
      }
      if (skippedFiles.length > 0) host.print(`\nSkipped:\n${skippedFiles.map(({ file, reason }) => `  ${file}: ${reason}`).join('\n')}`)
    })
  },
}
