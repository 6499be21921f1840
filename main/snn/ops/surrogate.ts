import type { OnnxBuilder } from '../../graph/onnx/builder.ts'
import type { NeuronSettings } from '../schema.ts'

/**
 * ds/du of the spike s = [u > threshold], by which the step's missing derivative is replaced. With x = u - threshold:
 * triangle  max(0, alpha - |x|) / alpha²   (TRT and TET papers; primitive: a quadratic S-curve of half-width alpha)
 * rectangle 1 / (2 alpha) where |x| < alpha (primitive: a ramp)
 * sigmoid   alpha s(alpha x) (1 - s(alpha x)), s the logistic function (primitive: s(alpha x))
 * arctangent alpha/2 / (1 + (pi/2 alpha x)²) (PLIF, Fang et al. 2021; primitive: atan(pi/2 alpha x)/pi + 1/2)
 * gaussian  the normal density of deviation alpha: what LocalZO's estimate is on average (Mukhoty et al. 2023, theorem 1; alpha 0.5 there)
 * localzo   the estimate itself, mean over five normal z of |z| [|x| < alpha |z|]/(2 alpha): drawn in training steps
 *           (zeroth-order.ts); wherever else a gradient is taken, its mean, as above
 */
export interface Surrogate {
  /** The derivative at x, in plain numbers. */
  derivative(x: number, alpha: number): number
  /** The smooth step it is the derivative of; goes from 0 to 1. */
  primitive(x: number, alpha: number): number
  /** Emits the derivative at u for every element. */
  lower(onnx: OnnxBuilder, u: string, threshold: number, alpha: number): string
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x))

const gaussian: Surrogate = {
  derivative: (x, alpha) => Math.exp(-0.5 * (x / alpha) ** 2) / (alpha * Math.sqrt(2 * Math.PI)),
  primitive: (x, alpha) => normalDistribution(x / alpha),
  lower: (onnx, u, threshold, alpha) => {
    const x = onnx.node('Sub', [u, onnx.floats([threshold])])
    const exponent = onnx.node('Mul', [onnx.node('Mul', [x, x]), onnx.floats([-0.5 / alpha ** 2])])
    return onnx.node('Mul', [onnx.node('Exp', [exponent]), onnx.floats([1 / (alpha * Math.sqrt(2 * Math.PI))])])
  },
}

export const surrogates: Readonly<Record<NeuronSettings['surrogate'], Surrogate>> = {
  triangle: {
    derivative: (x, alpha) => Math.max(0, alpha - Math.abs(x)) / alpha ** 2,
    primitive: (x, alpha) => {
      if (x <= -alpha) return 0
      if (x >= alpha) return 1
      return 0.5 + x / alpha - (Math.sign(x) * x * x) / (2 * alpha * alpha)
    },
    lower: (onnx, u, threshold, alpha) => {
      const distance = onnx.node('Abs', [onnx.node('Sub', [u, onnx.floats([threshold])])])
      const height = onnx.node('Relu', [onnx.node('Sub', [onnx.floats([alpha]), distance])])
      return alpha === 1 ? height : onnx.node('Mul', [height, onnx.floats([1 / alpha ** 2])])
    },
  },
  rectangle: {
    derivative: (x, alpha) => (Math.abs(x) < alpha ? 1 / (2 * alpha) : 0),
    primitive: (x, alpha) => clamp((x + alpha) / (2 * alpha)),
    lower: (onnx, u, threshold, alpha) => {
      const distance = onnx.node('Abs', [onnx.node('Sub', [u, onnx.floats([threshold])])])
      const inside = onnx.node('Cast', [onnx.node('Less', [distance, onnx.floats([alpha])])], { to: { type: 'float' } })
      return onnx.node('Mul', [inside, onnx.floats([1 / (2 * alpha)])])
    },
  },
  sigmoid: {
    derivative: (x, alpha) => {
      const s = 1 / (1 + Math.exp(-alpha * x))
      return alpha * s * (1 - s)
    },
    primitive: (x, alpha) => 1 / (1 + Math.exp(-alpha * x)),
    lower: (onnx, u, threshold, alpha) => {
      const s = onnx.node('Sigmoid', [onnx.node('Mul', [onnx.node('Sub', [u, onnx.floats([threshold])]), onnx.floats([alpha])])])
      return onnx.node('Mul', [onnx.node('Sub', [s, onnx.node('Mul', [s, s])]), onnx.floats([alpha])])
    },
  },
  arctangent: {
    derivative: (x, alpha) => alpha / 2 / (1 + ((Math.PI / 2) * alpha * x) ** 2),
    primitive: (x, alpha) => Math.atan((Math.PI / 2) * alpha * x) / Math.PI + 0.5,
    lower: (onnx, u, threshold, alpha) => {
      const scaled = onnx.node('Mul', [onnx.node('Sub', [u, onnx.floats([threshold])]), onnx.floats([(Math.PI / 2) * alpha])])
      return onnx.node('Div', [onnx.floats([alpha / 2]), onnx.node('Add', [onnx.node('Mul', [scaled, scaled]), onnx.floats([1])])])
    },
  },
  gaussian,
  localzo: gaussian,
}

/** The standard normal distribution function, by the series of its density: exact to 1e-12 within 6 deviations. */
function normalDistribution(x: number): number {
  if (Math.abs(x) > 6) return x < 0 ? 0 : 1
  let [sum, term] = [x, x]
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (x * x) / (2 * n + 1)
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
