import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../support/cli.ts'
import { copyOfWell, full, onlyInFull, ownFolder, removeWell, said, sound, well } from './sick.ts'
import { names } from './story.ts'

/** Root is let everywhere: another user is needed, and root to become one. */
const nobody = 65_534
const other = process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('setpriv', ['--reuid', String(nobody), '--clear-groups', process.execPath, '--version']).status === 0
const why = other ? '' : ' (skipped: takes root on Linux, and setpriv, to become another user)'

/** A command as a user that owns nothing. */
function asNobody(...args: string[]): { code: number | null; message: string } {
  const { status, stderr } = spawnSync('setpriv', ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', process.execPath, 'main/headless.ts', ...args], { cwd: root, encoding: 'utf8' })
  return { code: status, message: stderr }
}

/** Gives a folder and all in it to that user. */
function give(folder: string): void {
  chownSync(folder, nobody, nobody)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) chownSync(join(entry.parentPath, entry.name), nobody, nobody)
}

async function place(): Promise<{ library: string; recordings: string }> {
  const folder = ownFolder()
  chmodSync(folder, 0o755)
  const { library, recordings } = await copyOfWell(join(folder, 'library'))
  give(library)
  chmodSync(dirname(recordings), 0o755)
  return { library, recordings }
}

/** What may not be written, by what, and the path that the message must name. */
const cases = [
  { what: 'library', path: '', args: () => ['library'], says: /library: .*(EACCES|EROFS).*choose another folder/i },
  { what: 'import', path: 'datasets', args: (recordings: string) => ['import', recordings, '--name', 'more'], says: /datasets: no permission to write here; choose another folder or change its permissions/ },
  { what: 'training', path: 'runs', args: () => ['train', '--dataset', names.dataset, '--epochs', '1'], says: /runs: no permission to write here; choose another folder or change its permissions/ },
  { what: 'export', path: 'models', args: () => ['export', names.run], says: /models: no permission to write here; choose another folder or change its permissions/ },
] as const

removeWell()

describe('no permission', () => {
  it.skipIf(!full || !other).each(cases)(`to write: $what${why}${onlyInFull}`, async ({ what, path, args, says }) => {
    const { library, recordings } = await place()
    chmodSync(join(library, path), 0o555)
    const { code, message } = asNobody(...args(recordings), '--library', library)
    chmodSync(join(library, path), 0o755)
    said(`no permission, ${what}`, message.trim().split('\n').find((line) => line.includes(library)) ?? '')
    expect(code).not.toBe(0)
    expect(message).toMatch(says)
    expect(message).not.toMatch(/\n {4}at /)
    expect((await sound(library)).epochs).toEqual((await well()).outcome.epochs)
  })

  it.skipIf(!full || !other)(`to write library.db: all that lies in folders is there, and it is told${why}${onlyInFull}`, async () => {
    const { library } = await place()
    await sound(library)
    give(library)
    for (const name of readdirSync(library).filter((one) => one.startsWith('library.db'))) {
      chownSync(join(library, name), 0, 0)
      chmodSync(join(library, name), 0o644)
    }
    const { code, message } = asNobody('library', '--library', library)
    said('no permission, library.db', message.trim())
    expect(code).toBe(0)
    expect(message).toMatch(/library\.db can't be written/)
    give(library)
    await sound(library)
  })

  it.skipIf(!full || !other)(`to read one recording of an import: it is named, the others are imported${why}${onlyInFull}`, async () => {
    const { library, recordings } = await place()
    const secret = join(recordings, 'circle', 'circle-000.bin')
    chmodSync(secret, 0)
    const { code, message } = asNobody('import', recordings, '--name', 'more', '--library', library)
    chmodSync(secret, 0o644)
    said('no permission, a recording', message.trim().split('\n').at(-1) ?? '')
    expect(code).toBe(0)
    expect(message).toMatch(/1 skipped/)
    await sound(library)
  })

  it.skipIf(!full || !other)(`to read the settings: the defaults, and why${why}${onlyInFull}`, async () => {
    const { library } = await place()
    writeFileSync(join(library, 'settings.json'), '{"theme":"dark"}')
    chmodSync(join(library, 'settings.json'), 0)
    const { code } = asNobody('library', '--library', library)
    expect(code).toBe(0)
    chmodSync(join(library, 'settings.json'), 0o644)
    await sound(library)
  })
})
