import { moving, type EventFilter, type FilterPass, type Sensor } from './filter.ts'

/*
 * Turns of the picture. Each is x' = a x + b y + c, y' likewise with one of x and y each: where `swap` is set x' comes from y and
 * y' from x; `flipX` and `flipY` count the new coordinate from the other end.
 */
function turned([height, width]: Sensor, swap: boolean, flipX: boolean, flipY: boolean): FilterPass {
  const sensor: Sensor = swap ? [width, height] : [height, width]
  const [right, bottom] = [sensor[1] - 1, sensor[0] - 1]
  return moving(sensor, ({ length, x, y }, toX, toY) => {
    const [across, down] = swap ? [y, x] : [x, y]
    if (flipX) for (let i = 0; i < length; i++) toX[i] = right - across[i]!
    else toX.set(across.subarray(0, length))
    if (flipY) for (let i = 0; i < length; i++) toY[i] = bottom - down[i]!
    else toY.set(down.subarray(0, length))
  })
}

/** horizontal: x' = width - 1 - x; vertical: y' = height - 1 - y. */
export const flip: EventFilter<'flip'> = {
  begin: ({ axis }, { sensor }) => turned(sensor, false, axis === 'horizontal', axis === 'vertical'),
}

/** Clockwise: 90: (x, y) -> (height - 1 - y, x); 180: (width - 1 - x, height - 1 - y); 270: (y, width - 1 - x). */
export const rotate: EventFilter<'rotate'> = {
  begin: ({ degrees }, { sensor }) => turned(sensor, degrees !== 180, degrees !== 270, degrees !== 90),
}

/** (x, y) -> (y, x), as the TRT authors' frames have their axes: x before y. */
export const transpose: EventFilter<'transpose'> = {
  begin: (_, { sensor }) => turned(sensor, true, false, false),
}
