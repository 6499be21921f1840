import type { LaidOut } from '../../../../preload/contract/graph-view.ts'

/** What part of the drawing is seen: a point (x, y) of it stands at x · scale + dx. */
export interface Sight {
  readonly scale: number
  readonly dx: number
  readonly dy: number
}
interface Size {
  readonly width: number
  readonly height: number
}

const [least, most] = [0.05, 3]

/** The whole drawing, centred, not larger than it is; of a tall one its width, from its top. */
export function fitted(drawing: Size, frame: Size): Sight {
  const whole = Math.min(frame.width / drawing.width, frame.height / drawing.height, 1)
  const scale = Math.max(least, whole < 0.6 ? Math.min(1, frame.width / drawing.width, Math.max(whole, 0.8)) : whole)
  return { scale, dx: (frame.width - drawing.width * scale) / 2, dy: Math.max(0, (frame.height - drawing.height * scale) / 2) }
}

/** Larger or smaller around a point of the frame that stays where it is. */
export function zoomed({ scale, dx, dy }: Sight, factor: number, at: { readonly x: number; readonly y: number }): Sight {
  const next = Math.max(least, Math.min(most, scale * factor))
  const by = next / scale
  return { scale: next, dx: at.x - (at.x - dx) * by, dy: at.y - (at.y - dy) * by }
}

/** Moved so that a box is seen whole, with some room around it, where it is not. */
export function showing(sight: Sight, box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }, frame: Size): Sight {
  const room = 12
  const into = (offset: number, centre: number, size: number, whole: number): number => {
    const [from, to] = [(centre - size / 2) * sight.scale + offset, (centre + size / 2) * sight.scale + offset]
    if (from < room) return offset + room - from
    return to > whole - room ? offset - (to - whole + room) : offset
  }
  return { ...sight, dx: into(sight.dx, box.x, box.width, frame.width), dy: into(sight.dy, box.y, box.height, frame.height) }
}

/** Boxes that are drawn wherever they lie. */
const mostDrawn = 150

/** What is drawn of a large graph: what lies in sight, and half a frame around it; the box that has the keyboard always. */
export function seen(graph: LaidOut, sight: Sight | null, frame: Size, always: string | null): LaidOut {
  if (graph.nodes.length <= mostDrawn || sight === null) return graph
  const [left, top] = [(-0.5 * frame.width - sight.dx) / sight.scale, (-0.5 * frame.height - sight.dy) / sight.scale]
  const [right, bottom] = [(1.5 * frame.width - sight.dx) / sight.scale, (1.5 * frame.height - sight.dy) / sight.scale]
  const within = (x0: number, y0: number, x1: number, y1: number): boolean => x1 >= left && x0 <= right && y1 >= top && y0 <= bottom
  return {
    ...graph,
    nodes: graph.nodes.filter(({ id, x, y, width, height }) => id === always || within(x - width / 2, y - height / 2, x + width / 2, y + height / 2)),
    edges: graph.edges.filter(({ points }) => {
      const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
      return within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))
    }),
  }
}
