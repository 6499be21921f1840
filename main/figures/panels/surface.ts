import type { SurfacePanel } from '../figure.ts'
import { contourLines, levelsOf } from '../contours.ts'
import { axisTitle, tick, ticks, told } from '../numbers.ts'
import { textWidth } from '../layout.ts'
import { colorAt } from '../palettes.ts'
import { custom, endsOf, hiddenAxis, type Drawing, type Plot, type View } from '../plot.ts'
import { shareOf, type Range } from '../scales.ts'

type Point = readonly [number, number]
/** From the unit box [-1, 1]² x [0, 1] to the screen, y downwards, and how far from the eye. */
type Project = (x: number, y: number, z: number) => { readonly at: [number, number]; readonly depth: number }

/** Height of the box in units of half its side. */
const tall = 1.15

/** Parallel projection of the box into a rectangle. */
export function projection({ azimuth, elevation }: View, rect: { x: number; y: number; width: number; height: number }, margin: number): Project {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180]
  const [sa, ca, se, ce] = [Math.sin(a), Math.cos(a), Math.sin(e), Math.cos(e)]
  const [w, h] = [Math.SQRT2, Math.SQRT2 * se + (tall / 2) * ce]
  const size = Math.max(1, Math.min((rect.width - 2 * margin) / (2 * w), (rect.height - 1.6 * margin) / (2 * h)))
  const [cx, cy] = [rect.x + rect.width / 2, rect.y + rect.height / 2 - margin * 0.3]
  return (x, y, z) => {
    const [right, back, up] = [x * ca - y * sa, x * sa + y * ca, (z - 0.5) * tall]
    return { at: [cx + size * right, cy - size * (up * ce + back * se)], depth: back * ce - up * se }
  }
}

/** A surface over a grid: quadrilaterals from back to front, contour lines on the floor, a box with its axes. */
export function drawSurface(panel: SurfacePanel, drawing: Drawing): Plot {
  const { place, style, range, view } = drawing
  const { xs, ys, values, z } = panel
  const [xEnds, yEnds] = [endsOf(xs), endsOf(ys)]
  const unit = (value: number, [low, high]: Range) => (2 * (value - low)) / (high - low || 1) - 1
  const rect = { x: place.plot.left, y: place.plot.top, width: place.plot.width, height: place.plot.height }
  const project = projection(view, rect, style.fontSize * 3.2)
  const height = (value: number) => shareOf(z, range, value)

  const quads = values.slice(1).flatMap((row, j) =>
    row.slice(1).flatMap((_, i) => {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]].map(([column = 0, line = 0]) => ({ x: xs[column] ?? 0, y: ys[line] ?? 0, z: values[line]?.[column] ?? null }))
      const known = corners.flatMap((corner) => (corner.z === null ? [] : [corner.z]))
      if (known.length < 4) return []
      const mean = known.reduce((sum, value) => sum + value, 0) / 4
      const points = corners.map((corner) => project(unit(corner.x, xEnds), unit(corner.y, yEnds), height(corner.z ?? 0)))
      const fill = colorAt(z.palette ?? 'viridis', height(mean))
      return [{ i, j, mean, fill, points: points.map(({ at }) => at), depth: points.reduce((sum, { depth }) => sum + depth, 0) }]
    }),
  )
  quads.sort((p, q) => q.depth - p.depth)
  const box = axesOf(panel, drawing, project, [xEnds, yEnds])
  const floor = contourLines(xs, ys, values, levelsOf(panel.contours ?? [], range)).map(({ points, level }) => ({
    points: points.map(([x, y]) => project(unit(x, xEnds), unit(y, yEnds), 0).at),
    color: colorAt(z.palette ?? 'viridis', height(level)),
  }))
  const line = (points: readonly Point[], stroke: string, lineWidth = 1) => ({ type: 'polyline' as const, silent: true, shape: { points: points.map(([x, y]) => [x, y]) }, style: { fill: 'none', stroke, lineWidth } })
  return {
    rect: place.plot,
    x: hiddenAxis(),
    y: hiddenAxis(),
    series: [
      custom({ clip: false, data: [[0, 0], ...quads.map(() => [0, 0]), [0, 0]] }, (params) => {
        if (params.dataIndex === 0) return { type: 'group', silent: true, children: [...box.back.map((points) => line(points, style.line)), ...floor.map(({ points, color }) => line(points, color))] }
        const quad = quads[params.dataIndex - 1]
        if (quad === undefined) {
          const words = box.words.map(({ text, at, align }) => ({
            type: 'text' as const, silent: true,
            style: { text, x: at[0], y: at[1], align, verticalAlign: 'middle' as const, fill: style.ink2, stroke: style.background, lineWidth: 3, fontSize: style.fontSize, fontFamily: style.font },
          }))
          return { type: 'group', silent: true, children: [...box.edges.map((points) => line(points, style.muted)), ...words] }
        }
        const few = quads.length < 900
        return {
          type: 'polygon',
          shape: { points: quad.points },
          style: { fill: quad.fill, stroke: few ? style.background : quad.fill, lineWidth: few ? 0.4 : 0.6, lineJoin: 'round' },
          emphasis: { style: { stroke: style.ink, lineWidth: 1.2 } },
        }
      }),
    ],
    told: (_, datum) => {
      const quad = quads[datum - 1]
      if (quad === undefined) return null
      return { at: `${panel.x.label} ${told(panel.x, middle(xs, quad.i))}, ${panel.y.label} ${told(panel.y, middle(ys, quad.j))}`, label: z.label, value: told(z, quad.mean) }
    },
  }
}

const middle = (list: readonly number[], i: number) => ((list[i] ?? 0) + (list[i + 1] ?? 0)) / 2

/** Edges of the box, and the words along those in front. */
function axesOf(panel: SurfacePanel, { style, range, place, view }: Drawing, project: Project, [xEnds, yEnds]: readonly [Range, Range]) {
  const point = (x: number, y: number, z: number): Point => project(x, y, z).at
  const corner = (x: number, y: number) => project(x, y, 0)
  const upright = ([x, y]: Point, z: number) => point(x, y, z)
  // The floor's edges in front are those whose middle is lower on the screen.
  const nearY = corner(0, -1).at[1] > corner(0, 1).at[1] ? -1 : 1
  const nearX = corner(-1, 0).at[1] > corner(1, 0).at[1] ? -1 : 1
  const corners: readonly Point[] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
  const leftmost = corners.reduce<Point>((best, one) => (upright(one, 0)[0] < upright(best, 0)[0] ? one : best), [-1, -1])
  const back: Point[][] = corners.filter(([x, y]) => !(x === nearX && y === nearY)).map(([x, y]) => [point(x, y, 0), point(x, y, 1)])
  back.push([point(-nearX, -nearY, 1), point(-nearX, nearY, 1)], [point(-nearX, -nearY, 1), point(nearX, -nearY, 1)])
  back.push([point(-nearX, -nearY, 0), point(-nearX, nearY, 0)], [point(-nearX, -nearY, 0), point(nearX, -nearY, 0)])
  const edges: Point[][] = [[point(-1, nearY, 0), point(1, nearY, 0)], [point(nearX, -1, 0), point(nearX, 1, 0)], [upright(leftmost, 0), upright(leftmost, 1)]]
  const front = corner(nearX, nearY).at
  const em = style.fontSize
  const flat = view.elevation > 75
  const words: { text: string; at: Point; align: 'left' | 'right' | 'center' }[] = []
  const along = (axis: SurfacePanel['x'], ends: Range, from: (share: number) => Point) => {
    const side = from(0)[0] < place.plot.left + place.plot.width / 2 ? -1 : 1
    for (const value of ticks(ends[0], ends[1], 3)) {
      const [x, y] = from((2 * (value - ends[0])) / (ends[1] - ends[0] || 1) - 1)
      words.push({ text: tick(axis, value), at: [x + side * em * 0.5, y + em * 0.8], align: side < 0 ? 'right' : 'left' })
    }
    // Under the corner in front, to the axis' own side, and within the panel.
    const title = axisTitle(axis)
    const long = textWidth(title, em)
    const start = side < 0 ? front[0] - em * 2 - long : front[0] + em * 2
    const { left, width } = place.plot
    words.push({ text: title, at: [Math.max(left, Math.min(left + width - long, start)), front[1] + em * 1.6], align: 'left' })
  }
  along(panel.x, xEnds, (share) => point(share, nearY, 0))
  along(panel.y, yEnds, (share) => point(nearX, share, 0))
  if (!flat) {
    const levels = panel.z.log ? [range[0], Math.sqrt(range[0] * range[1]), range[1]] : ticks(range[0], range[1], 4)
    for (const value of levels) {
      const [x, y] = upright(leftmost, shareOf(panel.z, range, value))
      words.push({ text: tick(panel.z, Number(value.toPrecision(3))), at: [x - em * 0.5, y], align: 'right' })
    }
    const [x, y] = upright(leftmost, 1)
    // Left of the edge as far as there is room, and over the steeper of the box's upper edges that begin there: the surface stays below it.
    const title = axisTitle(panel.z)
    const start = Math.max(place.plot.left, x - textWidth(title, em))
    const over = Math.max(0, start + textWidth(title, em) - x)
    const [cornerX, cornerY] = leftmost
    const slopes = [point(-cornerX, cornerY, 1), point(cornerX, -cornerY, 1)].map(([x2, y2]) => (x2 > x + 1 ? (y - y2) / (x2 - x) : 0))
    words.push({ text: title, at: [start, Math.max(place.plot.top + em * 0.5, y - em * 1.1 - over * Math.max(0, ...slopes))], align: 'left' })
  }
  return { back, edges, words }
}
