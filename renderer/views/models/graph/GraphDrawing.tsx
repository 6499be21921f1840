import type { LaidOut, Placed, ViewNode } from '../../../../preload/contract/graph-view.ts'
import { type Annotation, annotationOf, type Measured } from './annotate.ts'
import { linesOf, nameOf, widthOf } from './text.ts'

const [titleSize, lineSize, lineHeight, padding] = [13, 11, 15, 10]

/** What a box needs. */
export function boxSize(measured: Measured): (node: ViewNode) => { width: number; height: number } {
  return (node) => {
    const lines = linesOf(node, annotationOf(node, measured))
    const width = Math.max(widthOf(titleOf(node), titleSize, true), ...lines.map((line) => widthOf(line, lineSize)))
    return { width: Math.max(90, width + 2 * padding), height: 2 * padding + titleSize + lines.length * lineHeight }
  }
}

const titleOf = ({ title, group, count }: ViewNode): string => (group === undefined ? title : `${title} (${count})`)

/** Colours of a box by what it is; the strip at its left is as high as its rate. */
function fillOf({ op, macs, group }: ViewNode): { fill: string; stroke: string } {
  if (op === 'input' || op === 'output') return { fill: 'var(--sunken)', stroke: 'var(--line-strong)' }
  if (macs > 0) return { fill: 'var(--accent-soft)', stroke: 'var(--accent)' }
  return { fill: group === undefined ? 'var(--surface)' : 'var(--hover)', stroke: 'var(--line-strong)' }
}

function Lines({ node, lines }: { readonly node: ViewNode & Placed; readonly lines: readonly string[] }) {
  const left = node.x - node.width / 2 + padding
  const top = node.y - node.height / 2 + padding
  return (
    <>
      <text x={left} y={top + titleSize - 2} fontSize={titleSize} fontWeight={600} fill="var(--ink)">
        {`${titleOf(node)} `}
      </text>
      {lines.map((line, i) => (
        <text key={line} x={left} y={top + titleSize + (i + 1) * lineHeight - 3} fontSize={lineSize} fill="var(--ink-2)">
          {`${line} `}
        </text>
      ))}
    </>
  )
}

export interface GraphDrawingProps {
  readonly graph: LaidOut
  readonly measured: Measured
  readonly current: string | null
  readonly onFocus: (id: string) => void
}

/** Boxes and arrows, as they also stand in the exported file. */
export function GraphDrawing({ graph, measured, current, onFocus }: GraphDrawingProps) {
  const annotations = new Map<string, Annotation>(graph.nodes.map((node) => [node.id, annotationOf(node, measured)]))
  return (
    <>
      <g fill="none" stroke="var(--ink-3)" strokeWidth={1.2} aria-hidden>
        {graph.edges.map(({ from, to, points }) => (
          <path key={`${from} ${to}`} d={points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')} />
        ))}
      </g>
      <g fill="var(--ink-3)" aria-hidden>
        {graph.edges.map(({ from, to, points }) => {
          const end = points.at(-1)
          return end && <path key={`${from} ${to}`} d={`M${(end.x - 4).toFixed(1)} ${(end.y - 6).toFixed(1)}h8l-4 6z`} />
        })}
      </g>
      {graph.nodes.map((node) => {
        const annotation = annotations.get(node.id) ?? { rate: null, operations: null, picojoules: null }
        const openable = node.group !== undefined
        const [left, top] = [node.x - node.width / 2, node.y - node.height / 2]
        return (
          <g
            key={node.id}
            data-box={node.id}
            role={openable ? 'button' : 'img'}
            tabIndex={node.id === current ? 0 : -1}
            {...(openable ? { 'aria-expanded': false, 'aria-roledescription': 'layer' } : { 'aria-label': nameOf(node, annotation) })}
            onFocus={() => onFocus(node.id)}
          >
            <rect x={left} y={top} width={node.width} height={node.height} rx={6} {...fillOf(node)} strokeDasharray={openable ? undefined : node.within === undefined ? undefined : '4 3'} />
            {annotation.rate !== null && (
              <rect x={left + 3} y={top + 4 + (node.height - 8) * (1 - Math.min(1, annotation.rate))} width={3} height={(node.height - 8) * Math.min(1, annotation.rate)} fill="var(--on)" />
            )}
            <Lines node={node} lines={linesOf(node, annotation)} />
          </g>
        )
      })}
    </>
  )
}
