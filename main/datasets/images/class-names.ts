import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

const synset = /^n\d{8}$/

/** A text file that lists classes by folder name, one a line (imagenet100.txt): only they are wanted. null where there is none. */
export function listedClasses(root: string): { file: string; names: ReadonlySet<string> } | null {
  for (const file of readdirSync(root).sort()) {
    if (extname(file).toLowerCase() !== '.txt' || /words|mapping|readme|license/i.test(file)) continue
    const lines = linesOf(join(root, file))
    const names = lines.map((line) => line.split(/[\s,]/)[0] ?? '')
    // Every line begins with a synset, or says nothing but the name of a folder that is there.
    if (
      names.length >= 2 &&
      (names.every((name) => synset.test(name)) || names.every((name, i) => name === lines[i] && isClass(root, name)))
    ) {
      return { file, names: new Set(names) }
    }
  }
  return null
}

function isClass(root: string, name: string): boolean {
  return ['', 'train', 'val'].some((part) => existsSync(join(root, part, name)))
}

/**
 * Names for people: of synsets, where a file says them (words.txt, LOC_synset_mapping.txt, synset_words.txt, Labels.json); folder
 * names elsewhere, and where two classes would be called the same.
 */
export function displayNames(root: string, folders: readonly string[]): string[] {
  const known = new Map<string, string>()
  for (const file of [
    'words.txt',
    'synset_words.txt',
    'LOC_synset_mapping.txt',
    'Labels.json',
    'labels.json',
    'imagenet_class_index.json',
  ]) {
    const path = join(root, file)
    if (!existsSync(path)) continue
    for (const [id, name] of extname(file) === '.json' ? jsonNames(path) : textNames(path)) if (!known.has(id)) known.set(id, name)
  }
  const names = folders.map((folder) => known.get(folder) ?? folder)
  return names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : folders[i]!))
}

/** "n01440764 tench, Tinca tinca", with a space or a tab. */
function textNames(path: string): [string, string][] {
  return linesOf(path).flatMap((line): [string, string][] => {
    const [, id, name] = /^(n\d{8})\s+([^,]+)/.exec(line) ?? []
    return id && name ? [[id, name.trim()]] : []
  })
}

/** {"n01440764": "tench, Tinca tinca"}, or {"0": ["n01440764", "tench"]}. */
function jsonNames(path: string): [string, string][] {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return []
  }
  return Object.entries(content ?? {}).flatMap(([key, value]): [string, string][] => {
    const [id, name]: unknown[] = Array.isArray(value) ? value : [key, value]
    return typeof id === 'string' && typeof name === 'string' ? [[id, name.split(',')[0]!.trim()]] : []
  })
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
