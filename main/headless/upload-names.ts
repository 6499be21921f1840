import { UsageError } from '../workbench/api.ts'

/** Names that mean devices on Windows, with any extension (learn.microsoft.com/windows/win32/fileio/naming-a-file). */
const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i
/** Characters that some file system does not take, and those that are not seen. */
const unfit = /[<>:"|?*\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const mostBytes = 200
const mostDepth = 16

/** A name that every system takes and shows, as near to the given one as can be. Never empty, hidden, a device or a way up. */
export function fitName(text: string): string {
  const plain = text
    .toWellFormed()
    .normalize('NFC')
    .replace(unfit, '_')
    .replace(/^[.\s]+/, (dots) => '_'.repeat(dots.length))
    .replace(/[.\s]+$/, '')
  const named = plain === '' || device.test(plain) ? `_${plain}` : plain
  return cut(named)
}

/**
 * The names of a path that a client gives for a file below its upload.
 * @throws UsageError where it leads anywhere else: up, to a root, to a drive, or nowhere
 */
export function fitPath(text: string): string[] {
  const refuse = (reason: string): never => {
    throw new UsageError(`The file name ${JSON.stringify(text.slice(0, 200))} is not taken: ${reason}.`)
  }
  if (text.includes('\0')) refuse('it holds a zero byte')
  if (/^([/\\]|[a-z]:)/i.test(text)) refuse('it is no path below the folder that is sent')
  const names = text.split(/[/\\]/)
  if (names.length > mostDepth) refuse(`it lies more than ${mostDepth} folders deep`)
  if (names.some((name) => name === '' || /^\.{1,2}$/.test(name.trim()))) refuse('it leads out of the folder that is sent, or to no file')
  return names.map(fitName)
}

/** Cut to what file systems take, in front of its extension. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  let stem = [...name.slice(0, name.length - extension.length)]
  while (Buffer.byteLength(stem.join('') + extension) > mostBytes) stem = stem.slice(0, -1)
  return stem.join('') + extension
}
