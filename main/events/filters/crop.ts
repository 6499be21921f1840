import { FilterError, joined, moving, selecting, type EventFilter } from './filter.ts'

/**
 * Region of interest: x <= X < x + width and y <= Y < y + height, as far as it lies on the sensor. With `moveOrigin` the region
 * becomes the sensor and its upper left corner (0, 0).
 */
export const crop: EventFilter<'crop'> = {
  begin({ x: left, y: top, width, height, moveOrigin }, { sensor }) {
    const right = Math.min(left + width, sensor[1])
    const bottom = Math.min(top + height, sensor[0])
    if (left >= right || top >= bottom)
      throw new FilterError(
        `The crop begins at x ${left}, y ${top}, outside the ${sensor[1]}x${sensor[0]} pixels that are there. Move it inside.`,
      )
    const inside = selecting(sensor, ({ length, x, y }, kept) => {
      let count = 0
      for (let i = 0; i < length; i++) {
        const [column, row] = [x[i]!, y[i]!]
        kept[count] = i
        count += column >= left && column < right && row >= top && row < bottom ? 1 : 0
      }
      return count
    })
    if (!moveOrigin) return inside
    const moved = moving([bottom - top, right - left], ({ length, x, y }, toX, toY) => {
      for (let i = 0; i < length; i++) {
        toX[i] = x[i]! - left
        toY[i] = y[i]! - top
      }
    })
    return joined(inside, moved)
  },
}
