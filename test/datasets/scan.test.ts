import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useTextReadings } from '../../main/events/text-reading.ts'
import { parseLabels } from '../../main/datasets/labels-file.ts'
import { filesOf } from '../../main/datasets/journal.ts'
import { naturalOrder, requireUsable, scanFolder } from '../../main/datasets/scan.ts'
import { temporaryFolder } from './made.ts'

/** A folder with these files; a name that ends in / makes a folder. */
function folderOf(...names: string[]): string {
  const root = temporaryFolder()
  for (const name of names) {
    mkdirSync(name.endsWith('/') ? join(root, name) : dirname(join(root, name)), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(join(root, name), '')
  }
  return root
}
const summary = (folder: string, labels: string | null = null) => {
  const { classes, files, problems } = scanFolder(folder, labels)
  return { classes, files: files.map(({ file, label, split }) => `${label}${split ? ` ${split}` : ''} ${file}`), problems: problems.map(({ severity, message }) => `${severity}: ${message.replaceAll(folder, 'F')}`) }
}

describe('a folder with one subfolder per class', () => {
  it('gives classes and files in natural order and leaves out what is no recording', () => {
    const folder = folderOf('10/b.bin', '2/x10.bin', '2/x9.bin', '2/deep/er/y.aedat', '2/notes.txt', '10/.hidden.bin', 'readme.md', 'empty/', '.git/config')
    expect(summary(folder)).toEqual({
      classes: ['2', '10'],
      files: ['0 2/deep/er/y.aedat', '0 2/x9.bin', '0 2/x10.bin', '1 10/b.bin'],
      problems: ['info: 1 file that is no recording (text, images, archives) left out', 'warning: No recordings in empty: left out as class'],
    })
  })

  it('is found inside a folder that only wraps it', () => {
    expect(summary(folderOf('set/v2/cat/1.bin', 'set/v2/dog/1.bin', 'set/readme.txt'))).toMatchObject({ classes: ['cat', 'dog'], files: ['0 set/v2/cat/1.bin', '1 set/v2/dog/1.bin'], problems: ['info: The classes are the subfolders of set/v2'] })
  })

  it('is found under Train alone, and under Train and Test with their own split', () => {
    expect(summary(folderOf('Train/0/1.bin', 'Train/1/1.bin'))).toMatchObject({ files: ['0 Train/0/1.bin', '1 Train/1/1.bin'], problems: ['info: The classes are the subfolders of Train'] })
    expect(summary(folderOf('Test/0/1.bin', 'Train/0/1.bin', 'Train/1/1.bin'))).toMatchObject({
      files: ['0 test Test/0/1.bin', '0 train Train/0/1.bin', '1 train Train/1/1.bin'],
      problems: ['info: The classes are the subfolders of Test and Train, and their split into training and test is kept'],
    })
  })

  it('may have classes that are called train and test', () => {
    expect(summary(folderOf('train/1.bin', 'test/1.bin'))).toMatchObject({ classes: ['test', 'train'], problems: [] })
  })

  it('follows links to folders and files, and survives broken ones', () => {
    const folder = folderOf('a/1.bin')
    symlinkSync(join(folder, 'a'), join(folder, 'b'))
    symlinkSync(join(folder, 'gone'), join(folder, 'c'))
    expect(summary(folder)).toMatchObject({ classes: ['a', 'b'], files: ['0 a/1.bin', '1 b/1.bin'] })
  })

  it('says what is wrong: nothing there, empty, one class, no class folders', () => {
    const problem = (folder: string) => summary(folder).problems.filter((text) => text.startsWith('error'))
    expect(problem('/nowhere/at/all')).toEqual(['error: F: there is no such folder'])
    const empty = folderOf()
    expect(problem(empty)).toEqual(['error: F: no recordings found'])
    expect(problem(folderOf('a/', 'b/notes.txt'))).toEqual(['error: F: no recordings found'])
    expect(problem(folderOf('a/1.bin', 'b/'))).toEqual(['error: F: only one class, a'])
    expect(problem(folderOf('1.bin', '2.bin'))).toEqual(['error: F: recordings lie directly in this folder (2), the first is 1.bin'])
    const file = join(folderOf('1.bin'), '1.bin')
    expect(problem(file)).toEqual(['error: F: this is a file'])
    expect(() => requireUsable(scanFolder(empty))).toThrow(/no recordings found\. Choose a folder with one subfolder per class/)
    expect(summary(folderOf('1.bin', 'a/1.bin', 'b/1.bin')).problems).toEqual(['warning: F: recordings lie beside the class folders and are left out (1), the first is 1.bin'])
  })
})

describe('texts among the recordings', () => {
  const events = (seed: number) => Array.from({ length: 40 }, (_, i) => `${i * 10 + seed},${(i * 7) % 30},${(i * 5) % 20},${i % 2}`).join('\n')
  const folderWithTexts = (texts: Record<string, string>): string => {
    const root = folderOf(...Object.keys(texts))
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text)
    return root
  }

  it('are recordings where their lines are events: not notes, labels, lists of classes, or the same in other words', () => {
    const root = folderWithTexts({
      'a/1.csv': events(1), 'a/2.TXT': events(2).replaceAll(',', ' '), 'a/notes.txt': 'recorded on a Monday, in rain, with wind, and more', 'a/empty.csv': '',
      'b/1.tsv': `# t x y p\n${events(3).replaceAll(',', '\t')}`, 'b/other_labels.csv': 'class,startTime_usec,endTime_usec\n1,2,3', 'b/cuts.csv': 'class,start,end,subject\n1,100,2000,0\n0,2100,3000,0\n1,3100,4000,0',
      'b/names.txt': 'square\ncircle\n', 'b/x_label.txt': events(4), 'b/2.bin': '', 'b/2.csv': events(5),
      'classes.txt': 'a\nb\n', 'readme.md': '',
    })
    expect(summary(root)).toEqual({
      classes: ['a', 'b'],
      files: ['0 a/1.csv', '0 a/2.TXT', '1 b/1.tsv', '1 b/2.bin'],
      problems: ['info: 7 files that are no recordings (text, images, archives) left out'],
    })
  })

  it('are recordings where somebody told how they are read', () => {
    const odd = 'dump\nof a camera\n1;7;ab;0.5;2\n0;8;cd;1.2;3\n'
    const root = folderWithTexts({ 'a/1.csv': odd, 'b/1.csv': odd, 'b/notes.csv': 'one;two\n' })
    expect(summary(root).classes).toEqual([])
    useTextReadings(() => ({ columns: ['p', 'x', null, 't', 'y'] }))
    onTestFinished(() => useTextReadings(() => null))
    expect(summary(root)).toMatchObject({ files: ['0 a/1.csv', '1 b/1.csv'] })
    // An import that was interrupted goes on only where they are read in the same way.
    const before = filesOf(scanFolder(root))
    expect(filesOf(scanFolder(root))).toBe(before)
    useTextReadings(() => ({ columns: ['p', 'x', null, 't', 'y'], unit: 'ms' }))
    expect(filesOf(scanFolder(root))).not.toBe(before)
  })
})

describe('a labels file', () => {
  it('is found as labels.csv and gives the classes', () => {
    const folder = folderOf('r/1.bin', 'r/2.bin', 'r/3.bin')
    writeFileSync(join(folder, 'labels.csv'), 'path,label\nr/3.bin,cat\nr/1.bin,dog\n\nr/2.bin,cat\n')
    expect(summary(folder)).toEqual({ classes: ['cat', 'dog'], files: ['0 r/2.bin', '0 r/3.bin', '1 r/1.bin'], problems: [] })
  })

  it('may be another one, and names files that do not exist', () => {
    const folder = folderOf('1.bin', '2.bin')
    writeFileSync(join(folder, 'mine.csv'), '1.bin;a\n2.bin;b\ngone.bin;b')
    expect(summary(folder, 'mine.csv')).toMatchObject({ classes: ['a', 'b'], files: ['0 1.bin', '1 2.bin', '1 gone.bin'], problems: ['warning: F/mine.csv: 1 of 3 files do not exist, the first is gone.bin'] })
    expect(summary(folder, 'none.csv').problems[0]).toMatch(/^error: F\/none\.csv: the labels file can't be read/)
    writeFileSync(join(folder, 'mine.csv'), 'x.bin,a\ny.bin,b')
    expect(summary(folder, 'mine.csv').problems[0]).toMatch(/^error: .*2 of 2 files do not exist/)
  })

  it('is read with quotes, comments, tabs, Windows line ends and a byte order mark; bad lines are named', () => {
    expect(parseLabels('\uFEFF# made by hand\r\nfilename,class\r\n"a, b.bin","the ""best"""\r\nc.bin\r\na.bin,x\r\na.bin,y\r\n', '/f', 'l.csv')).toEqual({
      files: [{ file: 'a, b.bin', label: 'the "best"' }, { file: 'a.bin', label: 'x' }],
      problems: [
        { severity: 'warning', message: 'l.csv, line 4: needs a path and a label, separated by ","', advice: 'Complete the line or remove it.' },
        { severity: 'warning', message: 'l.csv, line 6: a.bin was labelled in line 5 already', advice: 'The first label counts; remove the other one.' },
      ],
    })
    expect(parseLabels('/f/sub/a.bin\tone\n../b.bin\ttwo', '/f', 'l').files).toEqual([{ file: 'sub/a.bin', label: 'one' }, { file: '../b.bin', label: 'two' }])
  })

  it('property: gives back any paths and labels that were quoted', () => {
    const text = fc.stringMatching(/^[a-z"',; ]{0,8}[a-z]$/).map((value) => value.trim())
    fc.assert(fc.property(fc.uniqueArray(text, { minLength: 1 }), text, (names, label) => {
      const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
      const { files, problems } = parseLabels(['path,label', ...names.map((name) => `${quoted(name)},${quoted(label)}`)].join('\n'), '/f', 'l')
      expect(problems).toEqual([])
      expect(files).toEqual(names.map((file) => ({ file, label })))
    }))
  })
})

it('natural order is total and counts numbers', () => {
  expect(['a10', 'a9', 'A1', 'a01', 'b'].sort(naturalOrder)).toEqual(['a01', 'A1', 'a9', 'a10', 'b'])
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    expect(Math.sign(naturalOrder(a, b))).toBe(-Math.sign(naturalOrder(b, a)) + 0)
    expect(naturalOrder(a, b) === 0).toBe(a === b)
  }))
})

const real = '../shared/recordings/labelled/nmnist-small'
it.skipIf(!existsSync(real))('N-MNIST as it lies: 10 classes, 1,000 files (skipped where ../shared/recordings is absent)', () => {
  const { classes, files, problems } = scanFolder(real)
  expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  expect(files).toHaveLength(1000)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
})
