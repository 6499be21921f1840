import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { percent } from '../app/format.ts'
import { cellOf, worstCells } from './confusion.ts'
import styles from './charts.module.css'

interface Props {
  readonly matrix: readonly (readonly number[])[]
  readonly classes: readonly string[]
  /** A cell was clicked, or chosen with Enter. */
  readonly onPick?: (actual: number, predicted: number) => void
}

function draw(canvas: HTMLCanvasElement, matrix: Props['matrix'], side: number): void {
  const ratio = devicePixelRatio
  canvas.width = canvas.height = Math.round(side * ratio)
  const context = canvas.getContext('2d')
  if (!context) return
  const computed = getComputedStyle(canvas)
  const token = (name: string) => computed.getPropertyValue(name).trim()
  const cell = canvas.width / matrix.length
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.font = `${Math.min(13, cell / ratio / 2.4) * ratio}px ${computed.fontFamily}`
  for (let actual = 0; actual < matrix.length; actual++) {
    for (let predicted = 0; predicted < matrix.length; predicted++) {
      const { count, share } = cellOf(matrix, actual, predicted)
      const [x, y] = [Math.round(predicted * cell), Math.round(actual * cell)]
      const size = Math.max(1, Math.round(cell) - (cell > 8 * ratio ? ratio : 0))
      context.globalAlpha = 1
      context.fillStyle = token('--sunken')
      context.fillRect(x, y, size, size)
      if (count === 0) continue
      // Right answers in the accent colour, mistakes in red: a square root keeps rare mistakes visible.
      context.globalAlpha = actual === predicted ? 0.15 + 0.85 * share : 0.2 + 0.8 * Math.sqrt(share)
      context.fillStyle = token(actual === predicted ? '--accent' : '--bad')
      context.fillRect(x, y, size, size)
      if (cell / ratio < 20) continue
      context.globalAlpha = 1
      context.fillStyle = token(share > 0.55 ? '--on-accent' : '--ink')
      context.fillText(String(count), x + cell / 2, y + cell / 2)
    }
  }
}

/** Classes against predictions. The pointer or the arrow keys choose a cell, whose counts are told below; a click or Enter picks it. */
export function ConfusionMatrix({ matrix, classes, onPick }: Props) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [chosen, setChosen] = useState<readonly [number, number] | null>(null)
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const names = classes.length <= 30
  const side = Math.max(120, Math.min(420, matrix.length * 56, width - (names ? 78 : 24)))

  useEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, matrix, side)
  }, [matrix, side, width, scheme])

  const under = (event: PointerEvent<HTMLCanvasElement> | MouseEvent<HTMLCanvasElement>): readonly [number, number] => {
    const box = event.currentTarget.getBoundingClientRect()
    const index = (offset: number) => Math.max(0, Math.min(matrix.length - 1, Math.floor((offset / box.width) * matrix.length)))
    return [index(event.clientY - box.top), index(event.clientX - box.left)]
  }
  const onKeyDown = (event: KeyboardEvent<HTMLCanvasElement>) => {
    if (event.key === 'Enter' && chosen) onPick?.(...chosen)
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    if (!move) return
    event.preventDefault()
    const keep = (value: number) => Math.max(0, Math.min(matrix.length - 1, value))
    const [actual, predicted] = chosen ?? [0, 0]
    setChosen([keep(actual + (move[0] ?? 0)), keep(predicted + (move[1] ?? 0))])
  }
  const name = (index: number) => classes[index] ?? String(index)
  const cell = chosen === null ? null : cellOf(matrix, chosen[0], chosen[1])
  const worst = worstCells(matrix, 1)[0]
  const total = cell === null ? 0 : (matrix[cell.actual] ?? []).reduce((sum, value) => sum + value, 0)
  return (
    <div ref={ref} className={styles.confusion}>
      <div className={styles.matrix} style={{ gridTemplateColumns: `${names ? 66 : 14}px ${side}px` }}>
        {names ? (
          <ol className={styles.rows} style={{ height: side }}>
            {classes.map((label, index) => (
              <li key={label} title={label} data-chosen={chosen?.[0] === index || undefined}>
                {label}
              </li>
            ))}
          </ol>
        ) : (
          <span className={styles.axis} style={{ writingMode: 'sideways-lr' }}>
            class
          </span>
        )}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          style={{ width: side, height: side, ...(onPick && { cursor: 'pointer' }) }}
          aria-label={`Confusion matrix of ${classes.length} classes. Arrow keys choose a cell${onPick ? ', Enter opens it' : ''}.`}
          onPointerMove={(event) => setChosen(under(event))}
          onClick={(event) => onPick?.(...under(event))}
          onPointerLeave={() => setChosen(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setChosen(null)}
        />
        <span />
        {names ? (
          <ol className={styles.columns} style={{ width: side }}>
            {classes.map((label, index) => (
              <li key={label} title={label} data-chosen={chosen?.[1] === index || undefined}>
                {label}
              </li>
            ))}
          </ol>
        ) : (
          <span className={styles.axis}>predicted</span>
        )}
      </div>
      <p className={styles.told} aria-live="polite">
        {cell !== null && (
          <>
            <b>{name(cell.actual)}</b>{' '}
            {cell.actual === cell.predicted ? (
              'recognized'
            ) : (
              <>
                taken for <b>{name(cell.predicted)}</b>
              </>
            )}
            : {cell.count} of {total} ({percent(cell.share, 0)})
          </>
        )}
        {cell === null && worst && (
          <>
            Rows: class, columns: prediction. Most frequent mistake: <b>{name(worst.actual)}</b> taken for <b>{name(worst.predicted)}</b>,{' '}
            {worst.count} times.
          </>
        )}
        {cell === null && !worst && 'Rows: class, columns: prediction. No mistakes.'}
      </p>
    </div>
  )
}
