import type { Figure } from '../../preload/contract/figures.ts'
import type { View } from '../../preload/contract/drawing.ts'
import { notify } from '../api/notices.ts'
import { messageOf } from '../api/workbench.ts'
import { saveBlob } from '../stage/media/save.ts'
import { loadDrawing } from './drawing.ts'

/** What a figure is handed out as. */
export type FileKind = 'svg' | 'png' | 'csv'

/** Pixels that an exported picture is wide. */
const fileWidth = 900

const svgBlob = (svg: string) => new Blob([svg], { type: 'image/svg+xml' })

/** Draws the text of an SVG into a PNG. @throws where the browser can't read it */
export async function rasterize(svg: string, scale: number): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(svg))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob === null) throw new Error('The browser could not write the picture.')
    return blob
  } finally {
    URL.revokeObjectURL(address)
  }
}

async function blobOf(figure: Figure, kind: FileKind, view: View | undefined): Promise<Blob> {
  const { figureCsv, figureSvg, fileStyle } = await loadDrawing()
  if (kind === 'csv') return new Blob([figureCsv(figure)], { type: 'text/csv' })
  const svg = figureSvg(figure, { style: fileStyle, width: fileWidth, ...(view && { view }) })
  return kind === 'svg' ? svgBlob(svg) : rasterize(svg, 2)
}

/** Hands out a figure as a file. */
export async function saveFigure(figure: Figure, kind: FileKind, view?: View): Promise<void> {
  try {
    saveBlob(await blobOf(figure, kind, view), `${figure.id}.${kind}`)
  } catch (error) {
    notify({ tone: 'error', title: 'The figure could not be exported', message: messageOf(error) })
  }
}

/** Puts a figure on the clipboard as journals print it; where the clipboard can't take it, it becomes a file. */
export async function copyForPaper(figure: Figure, view?: View): Promise<void> {
  const { figureSvg, printWidth } = await loadDrawing()
  const svg = figureSvg(figure, view && { view })
  const size = `${printWidth(figure)} mm wide, Helvetica 8 pt`
  try {
    const png = await rasterize(svg, 600 / 96)
    const vector = typeof ClipboardItem.supports === 'function' && ClipboardItem.supports('image/svg+xml')
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png, ...(vector && { 'image/svg+xml': svgBlob(svg) }) })])
    notify({ tone: 'success', title: 'Copied as paper figure', message: `${size}; ${vector ? 'vector and ' : ''}600 dpi picture.` })
  } catch {
    saveBlob(svgBlob(svg), `${figure.id}-paper.svg`)
    notify({ tone: 'info', title: 'Saved as paper figure', message: `The clipboard takes no pictures here: ${figure.id}-paper.svg is ${size}.` })
  }
}
