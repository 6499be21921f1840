/** Files and folders of this computer as a drop or an input element gives them. */
import type { Given } from '../api/uploads.ts'

/** A drop's entries must be asked for at once: afterwards the browser has forgotten them. */
export async function givenByDrop(transfer: DataTransfer): Promise<Given | null> {
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const [first] = items
  if (!first) return null
  // The desktop finds a folder's files by itself.
  const found = await Promise.all(
    items.map(({ entry, file }) =>
      entry?.isDirectory && !window.saccade
        ? filesOf(entry as FileSystemDirectoryEntry)
        : Promise.resolve(file ? [{ below: entry?.isDirectory ? '' : file.name, file }] : []),
    ),
  )
  const folder = first.entry?.isDirectory ?? false
  if (items.length === 1) return { name: first.entry?.name ?? first.file?.name ?? 'dropped', folder, files: found.flat() }
  const under = items.flatMap(({ entry }, i) =>
    (found[i] ?? []).map(({ below, file }) => ({
      file,
      below: entry?.isDirectory ? [entry.name, below].filter((part) => part !== '').join('/') : below,
    })),
  )
  return { name: `${first.entry?.name ?? 'dropped'} and ${items.length - 1} more`, folder: true, files: under }
}

/** What an input element of type file gave: a folder's files name where they lie in it. */
export function givenByInput(files: FileList | null, folder: boolean): Given | null {
  const all = [...(files ?? [])].map((file) => ({ file, path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath }))
  const [first] = all
  if (!first) return null
  if (!folder)
    return all.length === 1 ? { name: first.file.name, folder: false, files: [{ below: first.file.name, file: first.file }] } : null
  const visible = all.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')))
  return {
    name: first.path.split('/')[0] ?? 'folder',
    folder: true,
    files: visible.map(({ file, path }) => ({ file, below: path.split('/').slice(1).join('/') })),
  }
}

/** All visible files below a folder that was dropped, with their paths in it. */
async function filesOf(folder: FileSystemDirectoryEntry): Promise<{ below: string; file: File }[]> {
  const found: { below: string; file: File }[] = []
  const reader = folder.createReader()
  for (;;) {
    // At most a hundred come at a time.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (entries.length === 0) return found
    for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
      if (entry.isDirectory)
        found.push(
          ...(await filesOf(entry as FileSystemDirectoryEntry)).map(({ below, file }) => ({ below: `${entry.name}/${below}`, file })),
        )
      else
        found.push({
          below: entry.name,
          file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
        })
    }
  }
}
