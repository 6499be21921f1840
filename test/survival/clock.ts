/** Shifts what Date tells by SURVIVAL_CLOCK_MS: node --import clock.ts. */
const shift = Number(process.env['SURVIVAL_CLOCK_MS'] ?? 0)
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + shift)
    else super(given[0])
  }

  static override now(): number {
    return RealDate.now() + shift
  }
} as DateConstructor
