import { contours } from 'd3-contour'
import { ticks } from './numbers.ts'

export interface ContourLine {
  readonly level: number
  /** Points [x, y] in the grid's own coordinates. */
  readonly points: readonly (readonly [number, number])[]
}

/** Levels as they are given, or round ones within the scale's range: panels that share a scale share their levels. */
export function levelsOf(asked: number | readonly number[], [low, high]: readonly [number, number]): readonly number[] {
  return typeof asked === 'number' ? ticks(low, high, asked).filter((level) => level > low && level < high) : asked
}

/**
 * Lines of equal value on a grid; none where values are missing.
 * @param xs coordinates of the columns, `ys` of the rows
 */
export function contourLines(xs: readonly number[], ys: readonly number[], values: readonly (readonly (number | null)[])[], levels: readonly number[]): ContourLine[] {
  const [columns, rows] = [xs.length, ys.length]
  const flat = values.flat()
  if (columns < 2 || rows < 2 || flat.length !== columns * rows || flat.some((value) => value === null)) return []
  // d3 puts the value of cell (i, j) at (i + 0.5, j + 0.5) and closes its areas along the border: those pieces are not lines.
  const place = (list: readonly number[], at: number): number => {
    const index = Math.min(list.length - 1, Math.max(0, at - 0.5))
    const below = Math.min(list.length - 2, Math.floor(index))
    return (list[below] ?? 0) + (index - below) * ((list[below + 1] ?? 0) - (list[below] ?? 0))
  }
  const border = (at: number, size: number): boolean => at <= 0.5 || at >= size - 0.5
  return contours()
    .size([columns, rows])
    .thresholds([...levels])(flat.map(Number))
    .flatMap(({ value, coordinates }) =>
      coordinates.flat().flatMap((ring) => {
        const lines: [number, number][][] = [[]]
        for (const [i = 0, j = 0] of ring) {
          if (border(i, columns) || border(j, rows)) {
            lines.at(-1)?.push([place(xs, i), place(ys, j)])
            lines.push([[place(xs, i), place(ys, j)]])
          } else lines.at(-1)?.push([place(xs, i), place(ys, j)])
        }
        return lines.filter((points) => points.length > 1 && !straightBorder(points, xs, ys)).map((points) => ({ level: value, points }))
      }),
    )
}

/** Whether a piece runs along the border only. */
function straightBorder(points: readonly (readonly [number, number])[], xs: readonly number[], ys: readonly number[]): boolean {
  const on = (at: number, side: 0 | 1, list: readonly number[]) => points.every((point) => point[side] === list.at(at))
  return on(0, 0, xs) || on(-1, 0, xs) || on(0, 1, ys) || on(-1, 1, ys)
}
