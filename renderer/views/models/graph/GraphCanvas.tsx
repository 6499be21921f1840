import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { flushSync } from 'react-dom'
import { ActionIcon, Tooltip } from '@mantine/core'
import { type Icon as IconType, IconFileTypeSvg, IconMinus, IconPlus, IconZoomScan } from '@tabler/icons-react'
import { collapse, layOut, neighbours, type OperationGraph, type ViewNode } from '../../../../preload/contract/graph-view.ts'
import { saveBlob } from '../../../stage/media/save.ts'
import { annotationOf, type Measured } from './annotate.ts'
import { Details } from './Details.tsx'
import { boxSize, GraphDrawing } from './GraphDrawing.tsx'
import { fitted, seen, showing, type Sight, zoomed } from './pan.ts'
import { svgText } from './svg-file.ts'
import styles from './graph.module.css'

const step = 60
/** Larger than the frame on any screen: what decides what is drawn at all. */
const largestFrame = { width: 1600, height: 800 }

function Tool({ label, Icon, onClick }: { readonly label: string; readonly Icon: IconType; readonly onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon size="sm" variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  )
}

/** A graph that is moved and zoomed, whose layers open and close. Arrow keys follow the arrows, with Shift they move it; Enter opens; + - 0 zoom. */
export function GraphCanvas({ graph, measured, label, file }: { readonly graph: OperationGraph; readonly measured: Measured; readonly label: string; readonly file: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [sight, setSight] = useState<Sight | null>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const drawing = useRef<SVGGElement>(null)
  /** Layer that was just opened or closed: the keyboard goes on in it. */
  const changed = useRef<string | null>(null)
  const held = useRef<{ x: number; y: number } | null>(null)
  const laid = useMemo(() => layOut(collapse(graph, open), boxSize(measured)), [graph, open, measured])
  const current = laid.nodes.some(({ id }) => id === focused) ? focused : (laid.nodes[0]?.id ?? null)
  const sizeOfFrame = () => ({ width: frame.current?.clientWidth ?? 600, height: frame.current?.clientHeight ?? 400 })
  const fit = () => setSight(fitted(laid, sizeOfFrame()))
  const zoom = (factor: number, at?: { x: number; y: number }) => {
    const { width, height } = sizeOfFrame()
    setSight((now) => now && zoomed(now, factor, at ?? { x: width / 2, y: height / 2 }))
  }
  const show = (id: string) => {
    const box = laid.nodes.find((node) => node.id === id)
    if (box) setSight((now) => now && showing(now, box, sizeOfFrame()))
  }
  const focus = (id: string) => {
    // The box may lie out of sight, where nothing is drawn yet.
    flushSync(() => {
      setFocused(id)
      show(id)
    })
    drawing.current?.querySelector<SVGGElement>(`[data-box="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
  }
  const toggle = ({ group, within }: ViewNode) => {
    const path = group ?? within
    if (path === undefined) return
    const next = new Set(open)
    if (group !== undefined) next.add(group)
    else for (const other of open) if (other === within || other.startsWith(`${within}/`)) next.delete(other)
    changed.current = path
    setOpen(next)
  }

  // The drawing is fitted when it is first seen; what opens later stays where the eye is.
  const { width, height } = laid
  const first = sight === null
  useEffect(() => {
    const element = frame.current
    if (first && element) setSight(fitted({ width, height }, { width: element.clientWidth, height: element.clientHeight }))
  }, [first, width, height])
  useEffect(() => {
    const path = changed.current
    if (path === null) return
    changed.current = null
    const box = laid.nodes.find(({ group, within }) => group === path || within === path || within?.startsWith(`${path}/`))
    const element = box && drawing.current?.querySelector<SVGGElement>(`[data-box="${CSS.escape(box.id)}"]`)
    if (!box || !element) return
    element.focus({ preventScroll: true })
    const { clientWidth = 600, clientHeight = 400 } = frame.current ?? {}
    setSight((now) => now && showing(now, box, { width: clientWidth, height: clientHeight }))
  }, [laid])
  useEffect(() => {
    const element = frame.current
    if (!element) return
    // The wheel scrolls the page unless it is told to zoom; only a listener that is not passive may say so.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const box = element.getBoundingClientRect()
      setSight((now) => now && zoomed(now, Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top }))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    const box = laid.nodes.find(({ id }) => id === current)
    const around = current === null ? null : neighbours(laid, current)
    const beside = (side: -1 | 1) => box && laid.nodes.filter(({ id, x, y }) => id !== box.id && Math.abs(y - box.y) < 40 && (x - box.x) * side > 0).sort((a, b) => (a.x - b.x) * side)[0]?.id
    const actions: Record<string, () => void> = {
      ArrowDown: () => event.shiftKey ? setSight((now) => now && { ...now, dy: now.dy - step }) : around?.down[0] !== undefined && focus(around.down[0]),
      ArrowUp: () => event.shiftKey ? setSight((now) => now && { ...now, dy: now.dy + step }) : around?.up[0] !== undefined && focus(around.up[0]),
      ArrowLeft: () => event.shiftKey ? setSight((now) => now && { ...now, dx: now.dx + step }) : focus(beside(-1) ?? current ?? ''),
      ArrowRight: () => event.shiftKey ? setSight((now) => now && { ...now, dx: now.dx - step }) : focus(beside(1) ?? current ?? ''),
      Enter: () => box && toggle(box),
      ' ': () => box && toggle(box),
      '+': () => zoom(1.25),
      '=': () => zoom(1.25),
      '-': () => zoom(0.8),
      '0': fit,
    }
    const action = actions[event.key]
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    action()
  }
  const onPointerMove = (event: PointerEvent) => {
    const from = held.current
    if (!from) return
    held.current = { x: event.clientX, y: event.clientY }
    setSight((now) => now && { ...now, dx: now.dx + event.clientX - from.x, dy: now.dy + event.clientY - from.y })
  }
  const save = async () => {
    // Drawn anew for the file: on the page only what is seen is drawn.
    const { renderToStaticMarkup } = await import('react-dom/server')
    const drawn = renderToStaticMarkup(<GraphDrawing graph={laid} measured={measured} current={null} onFocus={() => undefined} />)
    saveBlob(new Blob([svgText(drawn, laid.width, laid.height)], { type: 'image/svg+xml' }), file)
  }
  const shown = seen(laid, sight, largestFrame, current)
  const about = laid.nodes.find(({ id }) => id === focused)

  return (
    <div className={styles.canvas}>
      <div className={styles.tools} role="toolbar" aria-label="Drawing">
        {open.size > 0 && (
          <button type="button" className={styles.close} onClick={() => setOpen(new Set())}>
            Close all layers
          </button>
        )}
        <Tool label="Larger (+)" Icon={IconPlus} onClick={() => zoom(1.25)} />
        <Tool label="Smaller (-)" Icon={IconMinus} onClick={() => zoom(0.8)} />
        <Tool label="Fit (0)" Icon={IconZoomScan} onClick={() => fit()} />
        <Tool label="Save as SVG" Icon={IconFileTypeSvg} onClick={() => void save()} />
      </div>
      <div
        ref={frame}
        className={styles.frame}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          held.current = { x: event.clientX, y: event.clientY }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={(event) => {
          held.current = null
          event.currentTarget.releasePointerCapture(event.pointerId)
        }}
        onDoubleClick={(event) => {
          // A captured pointer's events come from the frame: the box is looked for under it.
          const id = document.elementsFromPoint(event.clientX, event.clientY).map((element) => element.closest('[data-box]')?.getAttribute('data-box')).find((found) => found)
          const box = laid.nodes.find((node) => node.id === id)
          if (box) toggle(box)
        }}
      >
        <svg width="100%" height="100%" role="group" aria-label={`${label}: ${laid.nodes.length} boxes. Arrow keys follow the arrows, with Shift they move the drawing; Enter opens a layer or closes it; plus, minus and 0 zoom.`} onKeyDown={onKeyDown}>
          <g ref={drawing} transform={sight === null ? undefined : `translate(${sight.dx} ${sight.dy}) scale(${sight.scale})`}>
            <GraphDrawing graph={shown} measured={measured} current={current} onFocus={setFocused} />
          </g>
        </svg>
      </div>
      {about && <Details node={about} annotation={annotationOf(about, measured)} />}
    </div>
  )
}
