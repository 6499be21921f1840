import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findLibrary, type LibraryHost, type LibraryQuestion } from '../../main/desktop/find-library.ts'
import { libraryChoice, type LibraryMemory } from '../../main/desktop/library-choice.ts'
import { Database } from '../../main/library/database.ts'
import { migrations } from '../../main/library/migrations.ts'
import { Library } from '../../main/workbench/library.ts'
import { temporaryFolder } from '../support/workbench.ts'

/** A start of the application whose user answers with these buttons, having done something first. */
interface Start {
  readonly root: string
  readonly memory: LibraryMemory
  readonly asked: LibraryQuestion[]
  find(wanted: string | null, answers?: readonly (readonly [button: string, before?: () => void])[], folder?: string | null): Promise<string | null>
}

function start(root = temporaryFolder('find')): Start {
  const memory = libraryChoice(join(root))
  const asked: LibraryQuestion[] = []
  return {
    root,
    memory,
    asked,
    async find(wanted, answers = [], folder = null) {
      const left = [...answers]
      const host: LibraryHost<null> = {
        memory,
        standard: join(root, 'standard'),
        open: (path) => {
          new Library(path).close()
          return null
        },
        ask: async (question) => {
          asked.push(question)
          const [button, before] = left.shift() ?? ['Quit']
          before?.()
          return question.buttons.indexOf(button)
        },
        chooseFolder: async () => folder,
      }
      return (await findLibrary(wanted, host))?.library ?? null
    },
  }
}

describe('the library of a start', () => {
  test('is made where there never was one: the standard one, a chosen or a named one; nobody is asked', async () => {
    const { root, memory, find, asked } = start()
    expect(await find(null)).toBe(join(root, 'standard'))
    mkdirSync(join(root, 'chosen'))
    memory.choose(join(root, 'chosen'))
    expect(await find(memory.next)).toBe(join(root, 'chosen'))
    expect(await find(join(root, 'named'))).toBe(join(root, 'named'))
    expect(asked).toEqual([])
    expect(['standard', 'chosen', 'named'].map((name) => existsSync(join(root, name, 'library.db')))).toEqual([true, true, true])
  })

  test('is not made anew where it was renamed: it is found when it is put back', async () => {
    const { root, find, asked } = start()
    const library = join(root, 'mine')
    await find(library)
    renameSync(library, join(root, 'away'))
    expect(await find(library, [['Try again'], ['Try again', () => renameSync(join(root, 'away'), library)]])).toBe(library)
    expect(asked).toHaveLength(2)
    expect(asked[0]).toMatchObject({
      message: "The library can't be opened.",
      detail: expect.stringMatching(/^The library .*mine is not there; .* is\. Was it renamed or moved\?\n\nNothing was changed\..* The standard library is .*standard; it is used for this start only/) as string,
      buttons: ['Try again', 'Choose another folder ...', 'Use the standard library', 'Quit'],
      cancelId: 3,
    })
  })

  test('on a disk that is not plugged in: whether its folder is gone or only empty, nothing is written there', async () => {
    const { root, memory, find, asked } = start()
    const disk = join(root, 'disk')
    mkdirSync(disk)
    const library = join(disk, 'Saccade')
    memory.choose(library)
    await find(library, [['Quit']])
    // Chosen in the settings, but never there: no library begins in its place.
    expect(asked).toHaveLength(1)
    mkdirSync(library)
    expect(await find(library)).toBe(library)
    rmSync(disk, { recursive: true })
    expect(await find(library, [['Quit']])).toBe(null)
    expect(asked.at(-1)!.detail).toContain(`The library ${library} is not there: of its path only ${root} is.`)
    expect(existsSync(disk)).toBe(false)
    mkdirSync(library, { recursive: true })
    expect(await find(library, [['Quit']])).toBe(null)
    expect(asked.at(-1)!.detail).toContain(`${library} is empty: the library that was there is gone. Is its disk mounted?`)
    writeFileSync(join(library, 'lost+found'), '')
    expect(await find(library, [['Quit']])).toBe(null)
    expect(asked.at(-1)!.detail).toContain('holds no library any more')
    expect(readdirSync(library)).toEqual(['lost+found'])
  })

  test('can be another one: a chosen folder stays for later starts, the standard one is for this start', async () => {
    const { root, memory, find, asked } = start()
    const library = join(root, 'mine')
    memory.choose(library)
    expect(await find(memory.next, [['Use the standard library']])).toBe(join(root, 'standard'))
    expect(memory.next).toBe(library)
    const other = join(root, 'other')
    mkdirSync(other)
    expect(await find(memory.next, [['Choose another folder ...']], other)).toBe(other)
    expect(memory.next).toBe(other)
    expect(existsSync(library)).toBe(false)
    rmSync(other, { recursive: true })
    const before = asked.length
    expect(await find(memory.next, [['Choose another folder ...'], ['Quit']], null)).toBe(null)
    // No folder was chosen: the question stands.
    expect(asked.length - before).toBe(2)
  })

  test('that can not be used for another reason is told in the same way: a newer Saccade, a file in its place', async () => {
    const { root, find, asked } = start()
    mkdirSync(join(root, 'newer'))
    Database.open(join(root, 'newer/library.db'), [...migrations, { title: 'of tomorrow', sql: 'CREATE TABLE tomorrow (id INTEGER)' }]).close()
    expect(await find(join(root, 'newer'), [['Quit']])).toBe(null)
    expect(asked.at(-1)!.detail).toContain('was written by a newer Saccade')
    writeFileSync(join(root, 'file'), '')
    expect(await find(join(root, 'file'), [['Use the standard library']])).toBe(join(root, 'standard'))
    expect(asked.at(-1)!.detail).toContain("the library can't be kept here (ENOTDIR)")
  })

  test('the standard one that has gone begins anew only when people say so', async () => {
    const { root, find, asked } = start()
    await find(null)
    rmSync(join(root, 'standard'), { recursive: true })
    expect(await find(null, [['Quit']])).toBe(null)
    expect(asked.at(-1)!.buttons).toEqual(['Try again', 'Choose another folder ...', 'Begin a new one there', 'Quit'])
    expect(existsSync(join(root, 'standard'))).toBe(false)
    expect(await find(null, [['Begin a new one there']])).toBe(join(root, 'standard'))
  })
})

test('which libraries were opened is remembered beside the choice, the latest twenty; what is damaged is nothing', () => {
  const folder = temporaryFolder('choice')
  const memory = libraryChoice(folder)
  for (let i = 0; i < 30; i++) memory.opened(`/library-${i}`)
  memory.choose('/chosen')
  const again = libraryChoice(folder)
  expect([again.next, again.knows('/library-29'), again.knows('/library-10'), again.knows('/library-9')]).toEqual(['/chosen', true, true, false])
  again.opened('/library-10')
  expect(again.next).toBe('/chosen')
  writeFileSync(join(folder, 'library.json'), '{')
  expect([memory.next, memory.knows('/library-29')]).toEqual([null, false])
  // As it was kept before libraries were remembered.
  writeFileSync(join(folder, 'library.json'), '{"path": "/chosen"}')
  expect([memory.next, memory.knows('/chosen')]).toEqual(['/chosen', false])
})
