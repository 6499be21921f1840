import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode, type CSSProperties } from 'react'
import { ActionIcon, Button, Loader, Menu, Tooltip, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconChevronDown, IconClipboard, IconDownload, IconZoomReset } from '@tabler/icons-react'
import type { View } from '../../preload/contract/drawing.ts'
import { summaryOf, type Figure } from '../../preload/contract/figures.ts'
import { Chart, type Picked } from './chart.ts'
import { useDrawing } from './drawing.ts'
import { copyForPaper, saveFigure } from './export.ts'
import styles from './figures.module.css'

/** About the room a figure takes, until it is drawn: nothing below it jumps then. */
function reserved({ panels, columns = 3, aspect = 0.62 }: Figure): CSSProperties {
  const beside = Math.max(1, Math.min(columns, panels.length))
  const rows = Math.ceil(panels.length / beside)
  return { aspectRatio: beside / (rows * (aspect + 0.08)), maxHeight: rows * 380 }
}

/** A figure on screen: values where the pointer rests, zoom by dragging, legend, and its files. */
export function FigureFrame({ figure, onPick, aside }: { readonly figure: Figure; readonly onPick?: (picked: Picked) => void; readonly aside?: ReactNode }) {
  const { drawing, failed } = useDrawing()
  const { ref: size, width } = useElementSize<HTMLDivElement>()
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | null>(null)
  const [turned, setTurned] = useState<View | null>(null)
  const [zoomed, setZoomed] = useState(false)
  const [round, setRound] = useState(0)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const turns = figure.panels.some(({ kind }) => kind === 'surface')
  const view = turned ?? drawing?.standardView
  const picked = useEffectEvent((what: Picked) => onPick?.(what))

  useEffect(() => {
    if (drawing === null || host.current === null) return
    const made = new Chart(drawing, host.current, { onPick: picked, onZoom: setZoomed })
    chart.current = made
    return () => {
      made.dispose()
      chart.current = null
    }
  }, [drawing])

  useEffect(() => {
    if (width > 0 && view !== undefined) chart.current?.draw(figure, width, scheme === 'dark', view)
  }, [drawing, figure, width, scheme, view, round])

  const reset = () => {
    setTurned(null)
    setZoomed(false)
    setRound((value) => value + 1)
  }
  const turn = (right: number, up: number) =>
    setTurned((before) => {
      const { azimuth, elevation } = before ?? view ?? { azimuth: 0, elevation: 30 }
      return { azimuth: (azimuth - right + 360) % 360, elevation: Math.min(90, Math.max(0, elevation + up)) }
    })
  const onPointerMove = (event: PointerEvent) => {
    if (event.buttons === 1) turn(event.movementX * 0.5, event.movementY * 0.5)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [right, up] = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] }[event.key] ?? []
    if (right === undefined || up === undefined) return
    event.preventDefault()
    turn(right, up)
  }
  return (
    <figure className={styles.figure} aria-label={figure.title}>
      <div className={styles.head}>
        <h3>{figure.title}</h3>
        <span className={styles.grow} />
        {aside}
        {(zoomed || turned !== null) && (
          <Tooltip label={turns ? 'Back to the first view' : 'Show everything'}>
            <ActionIcon aria-label={`Reset the view of ${figure.title}`} onClick={reset}>
              <IconZoomReset size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="compact-xs" variant="subtle" color="gray" aria-label={`Export ${figure.title}`} rightSection={<IconChevronDown size={12} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => void saveFigure(figure, 'svg', view)}>
              SVG
            </Menu.Item>
            <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => void saveFigure(figure, 'png', view)}>
              PNG, twice the size
            </Menu.Item>
            <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => void saveFigure(figure, 'csv', view)}>
              CSV, the numbers
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<IconClipboard size={14} />} onClick={() => void copyForPaper(figure, view)}>
              Copy as paper figure
            </Menu.Item>
            <Menu.Divider />
            <Menu.Label maw={240}>{turns ? 'Drag or use the arrow keys to turn; double-click for the first view.' : 'Drag to zoom in, Ctrl + wheel to zoom; double-click for everything.'}</Menu.Label>
          </Menu.Dropdown>
        </Menu>
      </div>
      <figcaption className={styles.caption}>
        {figure.caption} {figure.source !== '' && <span>Source: {figure.source}.</span>}
      </figcaption>
      <div
        ref={size}
        className={styles.chart}
        style={reserved(figure)}
        data-turns={turns || undefined}
        tabIndex={turns ? 0 : undefined}
        aria-label={turns ? `${figure.title}: turn with the arrow keys` : undefined}
        role={turns ? 'group' : undefined}
        onPointerMove={turns ? onPointerMove : undefined}
        onKeyDown={turns ? onKeyDown : undefined}
        onDoubleClick={reset}
      >
        {drawing === null && !failed && <Loader size="sm" className={styles.loading} />}
        {failed && <p role="alert">The figure can’t be drawn: a part of the window could not be loaded. Reload the window; what was computed is kept.</p>}
        <div ref={host} role="img" aria-label={summaryOf(figure)} />
      </div>
    </figure>
  )
}
