import { accumulate, rangeOf, type DisplayMode } from './accumulate.ts'
import type { Chunk } from './chunks.ts'
import { countGain } from './layout.ts'
import type { Palette } from './palettes.ts'
import { pointFragment, pointVertex, presentFragment, presentVertex } from './shaders.ts'

export interface Picture {
  /** µs, from < t <= to. */
  readonly from: number
  readonly to: number
  readonly chunks: readonly Chunk[]
  readonly mode: DisplayMode
  readonly palette: Palette
}

interface Uploaded {
  readonly vertices: WebGLVertexArrayObject
  readonly buffers: readonly WebGLBuffer[]
}

interface Resources {
  readonly points: WebGLProgram
  readonly present: WebGLProgram
  readonly texture: WebGLTexture
  readonly target: WebGLFramebuffer
  readonly empty: WebGLVertexArrayObject
  readonly uploads: Map<Chunk, Uploaded>
  readonly uniforms: Map<string, WebGLUniformLocation | null>
}

/** Graphics drivers that compute on the CPU. */
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i

/**
 * Draws events with WebGL2: one draw call per chunk (most windows touch one) adds them up in a texture of the sensor's size,
 * a second pass colours it. With a software driver the adding up is done on the CPU. After the context was lost
 * everything is made again from the chunks at the next `draw`.
 */
export class EventRenderer {
  readonly #canvas: HTMLCanvasElement
  readonly #gl: WebGL2RenderingContext
  readonly #sensor: readonly [number, number]
  readonly #stop: () => void
  /** Sums made on the CPU, [H, W, 2]; null where the GPU makes them. */
  readonly #sums: Uint8Array | null
  #resources: Resources | null = null

  /** @throws Error where the browser has no WebGL2 */
  constructor(canvas: HTMLCanvasElement, sensor: readonly [width: number, height: number], restored: () => void) {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: 'high-performance',
    })
    if (!gl)
      throw new Error('This browser offers no WebGL2, which the playback needs. Turn hardware acceleration on, or use a current browser.')
    this.#canvas = canvas
    this.#gl = gl
    this.#sensor = sensor
    const info = gl.getExtension('WEBGL_debug_renderer_info')
    const driver = info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : ''
    this.#sums = software.test(driver) ? new Uint8Array(sensor[0] * sensor[1] * 2) : null
    const onLost = (event: Event) => {
      event.preventDefault() // without this it is never restored
      this.#resources = null
    }
    canvas.addEventListener('webglcontextlost', onLost)
    canvas.addEventListener('webglcontextrestored', restored)
    this.#stop = () => {
      canvas.removeEventListener('webglcontextlost', onLost)
      canvas.removeEventListener('webglcontextrestored', restored)
    }
  }

  /** Draws one picture. Returns how many events it shows. */
  draw(picture: Picture): number {
    const gl = this.#gl
    if (gl.isContextLost()) return 0
    this.#resources ??= this.#create()
    const { present, texture, empty } = this.#resources
    this.#release(picture.chunks)
    if (this.#sums === null) this.#drawSums(this.#resources, picture)
    else this.#uploadSums(this.#sums, texture, picture)

    let shown = 0
    for (const chunk of picture.chunks) {
      const [first, end] = rangeOf(chunk, picture.from, picture.to)
      shown += end - first
    }
    const { width, height } = this.#canvas
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    gl.viewport(0, 0, width, height)
    gl.useProgram(present)
    gl.bindVertexArray(empty)
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.uniform1i(this.#uniform(present, 'amounts'), 0)
    gl.uniform2f(this.#uniform(present, 'sensor'), this.#sensor[0], this.#sensor[1])
    gl.uniform2f(this.#uniform(present, 'size'), width, height)
    gl.uniform1f(this.#uniform(present, 'gain'), countGain(shown, this.#sensor[0] * this.#sensor[1]))
    gl.uniform1i(this.#uniform(present, 'mode'), picture.mode === 'count' ? 0 : 1)
    gl.uniform3f(this.#uniform(present, 'background'), ...picture.palette.background)
    gl.uniform3f(this.#uniform(present, 'onColor'), ...picture.palette.on)
    gl.uniform3f(this.#uniform(present, 'offColor'), ...picture.palette.off)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    return shown
  }

  #drawSums({ points, target, uploads }: Resources, picture: Picture): void {
    const gl = this.#gl
    gl.bindFramebuffer(gl.FRAMEBUFFER, target)
    gl.viewport(0, 0, this.#sensor[0], this.#sensor[1])
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.useProgram(points)
    gl.uniform2f(this.#uniform(points, 'sensor'), this.#sensor[0], this.#sensor[1])
    gl.uniform2f(this.#uniform(points, 'window'), picture.from, picture.to)
    gl.uniform1i(this.#uniform(points, 'mode'), picture.mode === 'count' ? 0 : 1)
    gl.enable(gl.BLEND)
    gl.blendEquation(picture.mode === 'count' ? gl.FUNC_ADD : gl.MAX)
    gl.blendFunc(gl.ONE, gl.ONE)
    for (const chunk of picture.chunks) {
      const [first, end] = rangeOf(chunk, picture.from, picture.to)
      if (end <= first) continue
      gl.bindVertexArray((uploads.get(chunk) ?? this.#upload(chunk, uploads)).vertices)
      gl.drawArrays(gl.POINTS, first, end - first)
    }
    gl.disable(gl.BLEND)
  }

  #uploadSums(sums: Uint8Array, texture: WebGLTexture, picture: Picture): void {
    const gl = this.#gl
    accumulate(picture.chunks, picture.from, picture.to, picture.mode, this.#sensor, sums)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, this.#sensor[0], this.#sensor[1], gl.RG, gl.UNSIGNED_BYTE, sums)
  }

  /** Frees the GPU's memory. The canvas can be given to a new renderer. */
  dispose(): void {
    this.#stop()
    const resources = this.#resources
    if (!resources) return
    const gl = this.#gl
    this.#release([])
    for (const program of [resources.points, resources.present]) gl.deleteProgram(program)
    gl.deleteTexture(resources.texture)
    gl.deleteFramebuffer(resources.target)
    gl.deleteVertexArray(resources.empty)
    this.#resources = null
  }

  #create(): Resources {
    const gl = this.#gl
    const texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, texture)
    // 8 bits a channel can be drawn and blended everywhere, without an extension; counts end at 255, long saturated by then.
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG8, this.#sensor[0], this.#sensor[1])
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    const target = gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, target)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    const points = link(gl, pointVertex, pointFragment)
    const present = link(gl, presentVertex, presentFragment)
    return { points, present, texture, target, empty: gl.createVertexArray(), uploads: new Map(), uniforms: new Map() }
  }

  #upload(chunk: Chunk, uploads: Map<Chunk, Uploaded>): Uploaded {
    const gl = this.#gl
    const { t, x, y, p } = chunk.slice
    const vertices = gl.createVertexArray()
    gl.bindVertexArray(vertices)
    const pixels = new Uint16Array(x.length * 2)
    for (let index = 0; index < x.length; index++) {
      pixels[index * 2] = x[index] ?? 0
      pixels[index * 2 + 1] = y[index] ?? 0
    }
    const attribute = (location: number, data: ArrayBufferView<ArrayBufferLike>, size: number, type: number): WebGLBuffer => {
      const buffer = gl.createBuffer()
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
      gl.bufferData(gl.ARRAY_BUFFER, data as ArrayBufferView<ArrayBuffer>, gl.STATIC_DRAW)
      gl.enableVertexAttribArray(location)
      gl.vertexAttribPointer(location, size, type, false, 0, 0)
      return buffer
    }
    const buffers = [attribute(0, t, 1, gl.FLOAT), attribute(1, pixels, 2, gl.UNSIGNED_SHORT), attribute(2, p, 1, gl.UNSIGNED_BYTE)]
    const upload = { vertices, buffers }
    uploads.set(chunk, upload)
    return upload
  }

  /** Keeps a few chunks beside those shown (stepping back and forth over a border), frees the others. */
  #release(shown: readonly Chunk[]): void {
    const uploads = this.#resources?.uploads
    if (!uploads) return
    for (const [chunk, upload] of uploads) {
      if (uploads.size <= shown.length + (shown.length === 0 ? 0 : 6)) return
      if (shown.includes(chunk)) continue
      upload.buffers.forEach((buffer) => this.#gl.deleteBuffer(buffer))
      this.#gl.deleteVertexArray(upload.vertices)
      uploads.delete(chunk)
    }
  }

  #uniform(program: WebGLProgram, name: string): WebGLUniformLocation | null {
    const uniforms = this.#resources?.uniforms
    const key = `${program === this.#resources?.points ? 'points' : 'present'}.${name}`
    const known = uniforms?.get(key)
    if (known !== undefined) return known
    const location = this.#gl.getUniformLocation(program, name)
    uniforms?.set(key, location)
    return location
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
