import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openDataset, readManifest } from '../../../main/datasets/dataset.ts'
import { previewImages } from '../../../main/datasets/images/preview.ts'
import { normalizations } from '../../../main/datasets/images/normalization.ts'
import { importDataset } from '../../../main/datasets/import.ts'
import { unfinishedImport } from '../../../main/datasets/journal.ts'
import { DataPool } from '../../../main/datasets/pool.ts'
import { importOptionsSchema, type ImportOptions } from '../../../main/datasets/schema.ts'
import { classFolder } from '../recordings.ts'
import { temporaryFolder } from '../made.ts'
import { cifar10, cifar100, encoded, folderOf, mnist, picture, pictureFolder } from './made.ts'

const pool = new DataPool({ size: 2 })
afterAll(() => pool.close())

const optionsFor = (folder: string, framing: Partial<ImportOptions['framing']> = {}, more: object = {}): ImportOptions =>
  importOptionsSchema.parse({ folder, name: 'pictures', framing: { timesteps: 3, resize: null, ...framing }, ...more })
const imported = (folder: string, framing: Partial<ImportOptions['framing']> = {}, more: object = {}) =>
  importDataset(optionsFor(folder, framing, more), join(temporaryFolder(), 'made'), { pool })

describe('CIFAR', () => {
  it('10, binary version: previewed, imported with its classes, split and normalization', async () => {
    const folder = folderOf(Object.fromEntries(Object.entries(cifar10(8)).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes])))
    const preview = await previewImages(folder, null)
    expect(preview).toMatchObject({
      kind: 'images',
      files: 48,
      sensor: [32, 32],
      formats: { 'CIFAR-10 (binary)': 48 },
      framing: { timesteps: 4, resize: null },
      channels: 3,
      split: { train: 40, test: 8 },
    })
    expect(preview!.classes.slice(0, 5)).toEqual([
      { name: 'airplane', files: 12 },
      { name: 'automobile', files: 12 },
      { name: 'bird', files: 12 },
      { name: 'cat', files: 12 },
      { name: 'deer', files: 0 },
    ])
    expect(preview!.problems.map(({ severity }) => severity)).toEqual(['info'])

    const directory = join(temporaryFolder(), 'made')
    const manifest = await importDataset(optionsFor(folder), directory, { pool })
    expect(manifest).toMatchObject({
      kind: 'images',
      dtype: 'uint8',
      shape: [3, 3, 32, 32],
      classes: ['airplane', 'automobile', 'bird', 'cat'],
      sensor: [32, 32],
    })
    expect(manifest.normalization).toEqual(normalizations.cifar10)
    expect(manifest.samples.filter(({ split }) => split === 'test')).toHaveLength(8)
    expect(manifest.samples[0]).toMatchObject({ file: 'cifar-10-batches-bin/data_batch_1.bin#0', label: 0, split: 'train' })
    expect(readdirSync(directory).sort()).toEqual(['frames.npy', 'manifest.json'])
    const dataset = openDataset(directory)
    const raw = picture(1, 1, 3, 32)
    expect([...dataset.stored(1)]).toEqual([...raw])
    const frames = dataset.sample(1)
    for (let t = 0; t < 3; t++) {
      for (const [channel, i] of [
        [0, 5],
        [1, 1024 + 77],
        [2, 2048 + 1000],
      ] as const) {
        const { mean, std } = normalizations.cifar10
        expect(frames[t * 3072 + i]).toBeCloseTo((raw[i]! / 255 - mean[channel]!) / std[channel]!, 5)
      }
    }
    dataset.close()
  })

  it('100: fine labels; without its test file the split is drawn, and it says what is missing', async () => {
    const { 'test.bin': _, ...files } = cifar100(30, 6)
    const whole = await imported(folderOf(cifar100(30, 6)))
    expect(whole.classes).toEqual(['fine0', 'fine1', 'fine2'])
    expect(whole.samples.filter(({ split }) => split === 'test')).toHaveLength(6)
    expect(whole.normalization).toEqual(normalizations.cifar100)
    const part = folderOf(files)
    expect((await previewImages(part, null))!.problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('test.bin missing') as string }),
    )
    const made = await imported(part, {}, { testShare: 0.2 })
    expect(made.samples.filter(({ split }) => split === 'test')).toHaveLength(6)
    expect(made.hash).not.toBe(whole.hash)
  })

  it('cut short or of another kind is said with its byte', async () => {
    const files = cifar10(4)
    const short = folderOf({ ...files, 'data_batch_2.bin': (files['data_batch_2.bin'] as Uint8Array).subarray(0, 3073 * 2 + 100) })
    expect((await previewImages(short, null))!.problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', offset: 6146, message: expect.stringContaining('100 bytes at the end') as string }),
    )
    expect((await imported(short)).samples).toHaveLength(22)
    const wrong = folderOf({ ...files, 'data_batch_3.bin': Uint8Array.from({ length: 3073 * 2 }, () => 99) })
    await expect(imported(wrong)).rejects.toThrow(/data_batch_3.bin: record 0 has class 99 of 10/)
  })

  it('as Python pickles is named and refused', async () => {
    const folder = folderOf({ 'cifar-10-batches-py/data_batch_1': 'x', 'cifar-10-batches-py/batches.meta': 'x' })
    expect((await previewImages(folder, null))!.problems).toMatchObject([
      { severity: 'error', message: expect.stringMatching(/Python version of CIFAR-10/) as string },
    ])
    await expect(imported(folder)).rejects.toThrow(/Get the binary version/)
  })
})

describe('MNIST (IDX)', () => {
  it.each([true, false])('gzipped: %s', async (gz) => {
    const folder = folderOf(mnist(20, 8, gz, 'MNIST/raw/'))
    const directory = join(temporaryFolder(), 'made')
    const manifest = await importDataset(optionsFor(folder), directory, { pool })
    expect(manifest).toMatchObject({ shape: [3, 1, 28, 28], classes: ['0', '1', '2', '3'], normalization: normalizations.mnist })
    expect(manifest.samples.filter(({ split }) => split === 'test')).toHaveLength(8)
    const dataset = openDataset(directory)
    expect([...dataset.stored(3)]).toEqual([...picture(3, 3, 1, 28)])
    dataset.close()
  })

  it('is resized where asked, and keeps its mean', async () => {
    const directory = join(temporaryFolder(), 'made')
    const manifest = await importDataset(optionsFor(folderOf(mnist(8, 4, false)), { resize: [14, 14] }), directory, { pool })
    expect(manifest).toMatchObject({ shape: [3, 1, 14, 14], sensor: [28, 28] })
    const dataset = openDataset(directory)
    const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(dataset.stored(0))).toBeCloseTo(mean(picture(0, 0, 1, 28)), 0)
    dataset.close()
  })

  it('that does not fit together is refused', async () => {
    const files = mnist(20, 8, false)
    const cut = folderOf({ ...files, 'train-images-idx3-ubyte': files['train-images-idx3-ubyte']!.subarray(0, 1000) })
    await expect(imported(cut)).rejects.toThrow(/train-images-idx3-ubyte: holds 1000 bytes, but its header says 15696 \(20x28x28\)/)
    const other = folderOf({ ...files, 'train-labels-idx1-ubyte': mnist(19, 8, false)['train-labels-idx1-ubyte']! })
    await expect(imported(other)).rejects.toThrow(/19 labels for 20 pictures/)
  })
})

describe('a folder of pictures', () => {
  it('one subfolder per class: PNG, JPEG and WebP, colour and grey, transparent', async () => {
    const folder = folderOf({
      ...(await pictureFolder(['cat', 'dog'], 3)),
      'cat/photo.JPG': await encoded('jpeg', 0, 50, 3, 16),
      'dog/picture.webp': await encoded('webp', 1, 51, 3, 16),
      'dog/grey.png': await encoded('png', 1, 52, 1, 16),
      'notes.txt': 'about',
    })
    const preview = await previewImages(folder, null)
    expect(preview).toMatchObject({ files: 9, sensor: [16, 16], formats: { Pictures: 9 }, framing: { resize: null } })
    const directory = join(temporaryFolder(), 'made')
    const manifest = await importDataset(optionsFor(folder), directory, { pool })
    expect(manifest).toMatchObject({ shape: [3, 3, 16, 16], classes: ['cat', 'dog'], normalization: normalizations.imagenet, skipped: [] })
    const dataset = openDataset(directory)
    const at = (file: string): number => manifest.samples.findIndex((sample) => sample.file === file)
    // PNG keeps every value; grey becomes three equal planes.
    expect([...dataset.stored(at('dog/1.png'))]).toEqual([...picture(1, 101, 3, 16)])
    const grey = [...dataset.stored(at('dog/grey.png'))]
    expect(grey.slice(0, 256)).toEqual([...picture(1, 52, 1, 16)])
    expect(grey.slice(256, 512)).toEqual(grey.slice(0, 256))
    dataset.close()
  })

  it('all grey has one channel', async () => {
    expect(await imported(folderOf(await pictureFolder(['a', 'b'], 4, { channels: 1 })))).toMatchObject({
      shape: [3, 1, 16, 16],
      normalization: normalizations.gray,
    })
  })

  it('of different sizes needs a size; resized, they fill it', async () => {
    const folder = folderOf({ ...(await pictureFolder(['a', 'b'], 2)), 'a/wide.png': await encoded('png', 0, 9, 3, 40, 20) })
    expect((await previewImages(folder, null))!.framing).toMatchObject({ resize: [224, 224] })
    await expect(imported(folder)).rejects.toThrow(/different sizes.*Choose a size that all pictures are resized to/)
    expect(await imported(folder, { resize: [8, 8] })).toMatchObject({ shape: [3, 3, 8, 8] })
  })

  it('with pictures that cannot be read skips them, with the reason', async () => {
    const folder = folderOf({ ...(await pictureFolder(['a', 'b'], 3)), 'a/broken.png': 'no picture', 'b/empty.jpg': new Uint8Array(0) })
    const { skipped, samples } = await imported(folder)
    expect(samples).toHaveLength(6)
    expect(skipped.map(({ file }) => file)).toEqual(['a/broken.png', 'b/empty.jpg'])
    expect(skipped[0]!.reason).toMatch(/^can't be read as a picture/)
    await expect(imported(folderOf({ 'a/x.png': 'no', 'b/y.png': 'no' }))).rejects.toThrow(/None of the pictures can be read/)
  })

  it('as ImageNet subsets have it: train and val, a class list, names of synsets', async () => {
    const synsets = ['n01440764', 'n01443537', 'n01484850']
    const folder = folderOf({
      ...(await pictureFolder(synsets, 2, { place: 'train/', format: 'jpeg' })),
      ...(await pictureFolder(synsets, 1, { place: 'val/', format: 'jpeg' })),
      'imagenet100.txt': 'n01440764\nn01484850\n',
      'LOC_synset_mapping.txt':
        'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\nn01484850 great white shark, white shark\n',
    })
    const manifest = await imported(folder)
    expect(manifest.classes).toEqual(['tench', 'great white shark'])
    expect(manifest.samples.map(({ split }) => split)).toEqual(['train', 'train', 'train', 'train', 'test', 'test'])
    const { problems } = (await previewImages(folder, null))!
    expect(problems.map(({ message }) => message)).toContainEqual('imagenet100.txt lists 2 classes: the other 1 of 3 are left out')
  })

  it('as Kaggle (train.X1, val.X) and Tiny-ImageNet (val_annotations.txt) have it', async () => {
    const kaggle = folderOf({
      ...(await pictureFolder(['n01440764'], 2, { place: 'train.X1/' })),
      ...(await pictureFolder(['n01443537'], 2, { place: 'train.X2/' })),
      ...(await pictureFolder(['n01440764', 'n01443537'], 1, { place: 'val.X/' })),
      'Labels.json': JSON.stringify({ n01440764: 'tench, Tinca tinca', n01443537: 'goldfish' }),
    })
    const made = await imported(kaggle)
    expect([made.classes, made.samples.map(({ split }) => split)]).toEqual([
      ['tench', 'goldfish'],
      ['train', 'train', 'train', 'train', 'test', 'test'],
    ])
    const tiny = folderOf({
      ...(await pictureFolder(['n01440764', 'n01443537'], 2, { place: 'train/' })),
      'val/images/val_0.JPEG': await encoded('jpeg', 0, 1, 3, 16),
      'val/images/val_1.JPEG': await encoded('jpeg', 1, 2, 3, 16),
      'val/val_annotations.txt': 'val_0.JPEG\tn01443537\t0\t0\t1\t1\nval_1.JPEG\tn01440764\t0\t0\t1\t1\n',
    })
    const { samples } = await imported(tiny)
    expect(samples.filter(({ split }) => split === 'test').map(({ file, label }) => [file, label])).toEqual([
      ['val/images/val_1.JPEG', 0],
      ['val/images/val_0.JPEG', 1],
    ])
  })

  it('with a labels file; one class is too few; recordings are not taken for pictures', async () => {
    const folder = folderOf({
      ...(await pictureFolder(['all'], 4)),
      'labels.csv': 'path,label\nall/0.png,x\nall/1.png,y\nall/2.png,x\nall/3.png,y\nall/9.png,y\n',
    })
    expect((await imported(folder)).classes).toEqual(['x', 'y'])
    await expect(imported(folderOf(await pictureFolder(['all'], 4)))).rejects.toThrow(/only one class, all/)
    expect(await previewImages(classFolder(2, 3), null)).toBeNull()
    expect(await previewImages(temporaryFolder(), null)).toBeNull()
    expect(await previewImages(join(temporaryFolder(), 'absent'), null)).toBeNull()
  })
})

describe('an import of pictures', () => {
  it('goes on where it was cancelled, and the result is the same to the last byte', async () => {
    const folder = folderOf(await pictureFolder(['a', 'b', 'c'], 50, { side: 12 }))
    const once = join(temporaryFolder(), 'made')
    const whole = await importDataset(optionsFor(folder), once, { pool })
    const directory = join(temporaryFolder(), 'made')
    const stop = new AbortController()
    const first = importDataset(optionsFor(folder), directory, {
      pool,
      signal: stop.signal,
      onProgress: ({ done }) => done >= 32 && stop.abort(new Error('stopped')),
    })
    await expect(first).rejects.toThrow('stopped')
    expect(existsSync(join(directory, 'manifest.json'))).toBe(false)
    expect(await unfinishedImport(directory)).toMatchObject({ folder })
    const seen: number[] = []
    const resumed = await importDataset(optionsFor(folder), directory, { pool, onProgress: ({ done }) => seen.push(done) })
    expect(seen[0]).toBeGreaterThanOrEqual(32)
    expect(seen.at(-1)).toBe(150)
    expect(resumed.hash).toBe(whole.hash)
    expect(Buffer.compare(readFileSync(join(directory, 'frames.npy')), readFileSync(join(once, 'frames.npy')))).toBe(0)
    expect(readManifest(directory).samples).toEqual(whole.samples)
  })

  it('takes nothing of an unfinished one whose pictures have changed', async () => {
    const folder = folderOf(await pictureFolder(['a', 'b'], 40, { side: 12 }))
    const directory = join(temporaryFolder(), 'made')
    const stop = new AbortController()
    const signal = stop.signal
    await expect(
      importDataset(optionsFor(folder), directory, {
        pool,
        signal,
        onProgress: ({ done }) => done >= 32 && stop.abort(new Error('stopped')),
      }),
    ).rejects.toThrow('stopped')
    writeFileSync(join(folder, 'a/0.png'), await encoded('png', 3, 999, 3, 12))
    const seen: number[] = []
    await importDataset(optionsFor(folder), directory, { pool, onProgress: ({ done }) => seen.push(done) })
    expect(seen[0]).toBe(0)
    const dataset = openDataset(directory)
    expect([...dataset.stored(0)]).toEqual([...picture(3, 999, 3, 12)])
    dataset.close()
  })
})
