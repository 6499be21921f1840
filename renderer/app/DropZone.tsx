import { useEffect, useState } from 'react'
import { IconFileImport } from '@tabler/icons-react'
import { notify } from '../api/notices.ts'
import { pathAdvice, routeOf, type Dropped } from './drop.ts'
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

function receive(dropped: Dropped): void {
  const route = routeOf(dropped)
  if (route) return go(route)
  // The place where the path can be given, at least.
  go(dropped.folder ? { view: 'datasets', page: 'import', folder: null } : { view: 'recordings', path: null })
  notify({ tone: 'info', title: `Where is ${dropped.name}?`, message: pathAdvice(dropped) })
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
      const dropped = read(event.dataTransfer)
      if (dropped) receive(dropped)
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
  return (
    <div className={styles.zone} role="status">
      <div>
        <IconFileImport size={30} stroke={1.4} aria-hidden />
        <b>Drop to open</b>
        <span>A recording goes to the stage, a folder to the import, an .onnx file to the models.</span>
      </div>
    </div>
  )
}
