/**
 * A figure as pure data: what is drawn, in which units, and where it comes from. Analyses build figures (main/analysis/figures/);
 * options.ts draws them with ECharts, csv.ts writes their numbers, svg.ts draws them without a window.
 */

/**
 * What a colour stands for. A number is the nth category (Okabe-Ito order); the three methods keep their colours in every figure;
 * ink is black on white, muted what lies in the background.
 */
export type Color = number | 'sdt' | 'tet' | 'trt' | 'ink' | 'muted'

export interface Axis {
  readonly label: string
  /** e.g. "ms", "pJ", "spikes per timestep". Fractions that are shown as per cent have `percent` instead. */
  readonly unit?: string
  /** Values are fractions and are shown times 100 with "%". */
  readonly percent?: boolean
  /** Logarithmic; values that are not positive are left out. */
  readonly log?: boolean
  /** Only whole numbers are marked: timesteps, epochs. */
  readonly whole?: boolean
  /** Fixed ends; null leaves an end to the data. */
  readonly range?: readonly [number | null, number | null]
}

/** A dashed line across the panel with its words: where something changes. */
export interface Mark {
  /** The axis that `at` is a value of: an x mark is upright. */
  readonly axis: 'x' | 'y'
  readonly at: number
  readonly label: string
  readonly color?: Color
  /** Words at the foot of an upright mark, where curves end high; else at its head. */
  readonly below?: boolean
}

/** Points joined by a line, or not. */
export interface Series {
  readonly label: string
  /** Series of one group, in all panels, are one entry of the legend, shown and hidden together; the label where missing. */
  readonly group?: string
  readonly color: Color
  readonly x: readonly number[]
  /** As many as x; null interrupts the line. */
  readonly y: readonly (number | null)[]
  readonly dashed?: boolean
  /** Background to the others: thin and pale. With the group of another it has no entry of its own in the legend. */
  readonly faint?: boolean
  /** [low, high] at each x. */
  readonly errors?: readonly (readonly [number, number] | null)[]
  /** Draws points at the values; always, where there are few. */
  readonly points?: boolean
  /** What a point is, told where the pointer rests. */
  readonly names?: readonly string[]
}

interface Titled {
  /** Above the panel, e.g. the run or the method. */
  readonly title?: string
}

export interface LinesPanel extends Titled {
  readonly kind: 'lines'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  readonly marks?: readonly Mark[]
}

/** Points that are not joined. */
export interface ScatterPanel extends Titled {
  readonly kind: 'scatter'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  readonly marks?: readonly Mark[]
}

export interface BarsPanel extends Titled {
  readonly kind: 'bars'
  /** Names of the places along the category axis. */
  readonly categories: readonly string[]
  /** The category axis, and the axis of the values. */
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly {
    readonly label: string
    readonly color: Color
    /** One for each category. */
    readonly values: readonly (number | null)[]
    readonly errors?: readonly (readonly [number, number] | null)[]
    readonly faint?: boolean
  }[]
  /** Categories from top to bottom. */
  readonly horizontal?: boolean
  /** Series on top of each other instead of side by side. */
  readonly stacked?: boolean
}

export interface HistogramPanel extends Titled {
  readonly kind: 'histogram'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly {
    readonly label: string
    readonly color: Color
    /** One more than counts. */
    readonly edges: readonly number[]
    readonly counts: readonly number[]
  }[]
  readonly marks?: readonly Mark[]
}

export type Palette = 'viridis' | 'cividis' | 'diverging'

export interface HeatPanel extends Titled {
  readonly kind: 'heat'
  readonly x: Axis
  readonly y: Axis
  /** Centres of the cells, ascending. With names the cells are categories and the centres 0, 1, 2, ... */
  readonly xs: readonly number[]
  readonly ys: readonly number[]
  readonly xNames?: readonly string[]
  readonly yNames?: readonly string[]
  /** [row of y][column of x]; null is not known yet. */
  readonly values: readonly (readonly (number | null)[])[]
  /** What the colour tells. Panels of one figure whose scales have the same label share their range, unless it is fixed. */
  readonly scale: Axis & { readonly palette?: Palette }
  /** Levels of the contour lines, or about how many. */
  readonly contours?: number | readonly number[]
  /** Writes the value into each cell. */
  readonly labelled?: boolean
  /** y counts downwards: confusion matrices. */
  readonly downwards?: boolean
  /** Drawn over the cells: the information centroid over epochs, the place of the minimum. */
  readonly over?: readonly Series[]
  readonly marks?: readonly Mark[]
}

export interface SurfacePanel extends Titled {
  readonly kind: 'surface'
  readonly x: Axis
  readonly y: Axis
  /** Panels of one figure whose z axes have the same label share their range, unless it is fixed. */
  readonly z: Axis & { readonly palette?: Palette }
  readonly xs: readonly number[]
  readonly ys: readonly number[]
  /** z, [row of y][column of x]; null is not known yet. */
  readonly values: readonly (readonly (number | null)[])[]
  /** Contour lines on the floor: levels, or about how many. */
  readonly contours?: number | readonly number[]
}

/** Spikes as dots: time by neuron. */
export interface RasterPanel extends Titled {
  readonly kind: 'raster'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly {
    readonly label: string
    readonly color: Color
    /** Of each spike: its timestep or time, and its neuron. */
    readonly t: ArrayLike<number>
    readonly neuron: ArrayLike<number>
  }[]
  readonly marks?: readonly Mark[]
}

export type Panel = LinesPanel | ScatterPanel | BarsPanel | HistogramPanel | HeatPanel | SurfacePanel | RasterPanel

export interface Figure {
  /** Unique on its page, fit for a file name: "fisher-trace". */
  readonly id: string
  readonly title: string
  /** One line: what is seen, with the equation. */
  readonly caption: string
  /** The paper, and its equation or table: "TRT, Equation 13"; empty where it is everybody's. */
  readonly source: string
  readonly panels: readonly Panel[]
  /** Panels beside each other where there is room; otherwise as many as there are, at most three. */
  readonly columns?: number
  /** Height over width of a panel's plot; 0.62 where missing, 1 for heat maps and surfaces. */
  readonly aspect?: number
  /** What it was computed of, a line each: run, checkpoint and its hash, split, options. */
  readonly origin: readonly string[]
}

/** Whether a panel's colour or height shows values on a scale. */
export function scaleOf(panel: Panel): (Axis & { readonly palette?: Palette }) | null {
  if (panel.kind === 'heat') return panel.scale
  return panel.kind === 'surface' ? panel.z : null
}
