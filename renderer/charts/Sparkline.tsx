/** Points of a polyline in a box of width by height; y grows upwards from `low` to `high`. */
export function sparkPoints(values: readonly number[], width: number, height: number, low: number, high: number): string {
  const span = high - low || 1
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values.map((value, index) => `${(index * step).toFixed(1)},${(height - ((value - low) / span) * height).toFixed(1)}`).join(' ')
}

/** A curve of word size. */
export function Sparkline({
  values,
  label,
  color,
}: {
  readonly values: readonly number[]
  readonly label: string
  readonly color: string
}) {
  const width = 84
  const height = 22
  if (values.length === 0) return <svg width={width} height={height} aria-hidden />
  const points = sparkPoints(values, width - 4, height - 6, Math.min(...values), Math.max(...values))
  const last = points.split(' ').at(-1)?.split(',') ?? ['0', '0']
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <g transform="translate(1 3)">
        <polyline points={points} fill="none" stroke={`var(${color})`} strokeWidth={1.5} strokeLinejoin="round" />
        <circle cx={last[0]} cy={last[1]} r={2.2} fill={`var(${color})`} />
      </g>
    </svg>
  )
}
