import type { Palette } from './palettes.ts'

/** A linked program with its uniforms by name. */
export class Program {
  readonly handle: WebGLProgram
  readonly #gl: WebGL2RenderingContext
  readonly #locations = new Map<string, WebGLUniformLocation | null>()

  /** @throws Error with the driver's words where it refuses a shader */
  constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
    this.#gl = gl
    this.handle = link(gl, vertex, fragment)
  }

  at(name: string): WebGLUniformLocation | null {
    let location = this.#locations.get(name)
    if (location === undefined) {
      location = this.#gl.getUniformLocation(this.handle, name)
      this.#locations.set(name, location)
    }
    return location
  }

  /** Uses it, with the palette in its colour uniforms. */
  use(palette?: Palette): void {
    this.#gl.useProgram(this.handle)
    if (!palette) return
    this.#gl.uniform3f(this.at('background'), ...palette.background)
    this.#gl.uniform3f(this.at('onColor'), ...palette.on)
    this.#gl.uniform3f(this.at('offColor'), ...palette.off)
  }

  /** The time window from < t <= to of whole µs, for shaders that read events. */
  window(from: number, to: number): void {
    this.#gl.uniform1ui(this.at('until'), Math.floor(to) >>> 0)
    this.#gl.uniform1ui(this.at('span'), Math.floor(to) - Math.floor(from))
  }
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) throw new Error('The graphics driver made no shader.')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
    gl.deleteShader(shader)
  }
  gl.linkProgram(program)
  // A lost context also fails here; the next draw after its return tries again.
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`The graphics driver refused a shader: ${gl.getProgramInfoLog(program) ?? ''}`)
  return program
}
