import { useEffect, useState } from 'react'
import { IconFileImport } from '@tabler/icons-react'
import { isHere } from '../../preload/contract/remote.ts'
import { otherMachine, send } from '../api/uploads.ts'
import { routeOf, type Dropped } from './drop.ts'
import { givenByDrop } from './given.ts'
import { go } from './route.ts'
import styles from './drop.module.css'

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** The first file or folder of a drop. */
function read(transfer: DataTransfer | null): Dropped | null {
  const file = transfer?.files[0]
  if (!file) return null
  const entry = transfer.items[0]?.webkitGetAsEntry()
  return { name: file.name, folder: entry?.isDirectory ?? false, path: window.saccade?.pathOf?.(file) ?? null }
}

/** Shows what was dropped; sends it first where the workbench is on another machine. */
async function receive(transfer: DataTransfer | null): Promise<void> {
  if (otherMachine() === null) {
    const dropped = read(transfer)
    const route = dropped && routeOf(dropped)
    return route ? go(route) : undefined
  }
  const given = transfer && (await givenByDrop(transfer))
  const path = given && (await send(given))
  const route = path === null ? null : routeOf({ name: given?.name ?? '', folder: given?.folder ?? false, path })
  if (route) go(route)
}

/** Takes files and folders dropped anywhere in the window, in every view. */
export function DropZone() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // Leaving fires for every element passed; only the window's own border ends it.
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
      setOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      if (!hasFiles(event)) return
      event.preventDefault()
      void receive(event.dataTransfer)
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
    }
  }, [])
  if (!over) return null
  const host = otherMachine()
  return (
    <div className={styles.zone} role="status">
      <div>
        <IconFileImport size={30} stroke={1.4} aria-hidden />
        <b>{host === null ? 'Drop to open' : isHere(host) ? 'Drop to open: a copy goes into the library' : `Drop to send to ${host}, and open there`}</b>
        <span>A recording goes to the stage, a folder to the import, an .onnx file to the models.</span>
      </div>
    </div>
  )
}
