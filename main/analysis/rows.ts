/** `count` of the rows, spread evenly over them (splits are sorted by class); all where `count` is missing or more than there are. */
export function spread(rows: Int32Array, count: number | undefined): Int32Array {
  if (count === undefined || count >= rows.length) return rows
  return Int32Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)] ?? -1)
}
