import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withWorkbench } from '../../main/headless/command.ts'
import { absence, holdsLibrary } from '../../main/workbench/library-presence.ts'
import { temporaryFolder } from '../support/workbench.ts'

test('a command on a library whose folder has gone says so, and what to do; nothing is made there', async () => {
  const root = temporaryFolder('missing')
  const library = join(root, 'disk/Saccade')
  const work = (): Promise<never> => Promise.reject(new Error('it began'))
  await expect(withWorkbench(library, work)).rejects.toThrow(
    new RegExp(`^The library ${library} is not there: of its path only ${root} is\\. Plug its disk in .* --library FOLDER, or use the standard library with --library .*Saccade\\. For a new library there, make the folder first\\.$`),
  )
  expect(existsSync(join(root, 'disk'))).toBe(false)
  // Where its folder's place is there, or was made, a new one begins.
  expect(absence(join(root, 'new'), 'nothing')).toBe(null)
  mkdirSync(join(root, 'disk'))
  await withWorkbench(library, async (workbench) => expect((await workbench.call('datasets.list', {})).datasets).toEqual([]))
  expect(holdsLibrary(library)).toBe(true)
})
