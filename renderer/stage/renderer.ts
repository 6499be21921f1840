import { Sums, type DisplayMode } from './accumulate.ts'
import type { Chunk } from './chunks.ts'
import { CloudPainter, cloudTransform, pointSize, type Camera } from './cloud.ts'
import { countGain } from './layout.ts'
import { rangeOf } from './packed.ts'
import type { Palette } from './palettes.ts'
import { EventPool } from './pool.ts'
import { Program } from './programs.ts'
import { cloudFragment, cloudVertex, copyFragment, fullVertex, pointFragment, pointVertex, presentFragment } from './shaders.ts'

export interface Picture {
  /** µs, from < t <= to, at most `longestWindow` apart; fractions do not count. */
  readonly from: number
  readonly to: number
  /** In order of time. */
  readonly chunks: readonly Chunk[]
  readonly mode: DisplayMode
  readonly palette: Palette
  /** Where the x-y-t cloud is seen from; null for the flat picture. */
  readonly camera: Camera | null
}

/** Who adds events up: the GPU (one draw call) or, where graphics are computed in software, the CPU itself. */
export type Accumulator = 'gpu' | 'cpu'

interface Resources {
  readonly pool: EventPool
  readonly points: Program
  readonly present: Program
  readonly cloud: Program
  readonly copy: Program
  readonly sums: WebGLTexture
  readonly target: WebGLFramebuffer
  readonly picture: WebGLTexture
  readonly empty: WebGLVertexArrayObject
}

/** Graphics drivers that compute on the CPU. */
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i

/** On the CPU a cloud of more than this is thinned evenly: 20 pictures a second are worth more than the events behind others. */
export const mostSplats = 1_000_000

/**
 * Draws events with WebGL2. Flat: one draw call adds them up in a texture of the sensor's size, a second pass colours it.
 * Cloud: one draw call of points. With a software driver points are added and placed on the CPU instead. After the context
 * was lost everything is made again from the chunks at the next `draw`.
 */
export class EventRenderer {
  readonly accumulator: Accumulator
  /** The driver's name for the graphics, as far as the browser tells. */
  readonly driver: string
  readonly #canvas: HTMLCanvasElement
  readonly #gl: WebGL2RenderingContext
  readonly #sensor: readonly [number, number]
  readonly #stop: () => void
  readonly #sums: Sums | null
  readonly #painter = new CloudPainter()
  #resources: Resources | null = null

  /**
   * @param accumulator who adds up; by default the GPU where there is one that can
   * @throws Error where the browser has no WebGL2
   */
  constructor(
    canvas: HTMLCanvasElement,
    sensor: readonly [width: number, height: number],
    restored: () => void,
    accumulator?: Accumulator,
  ) {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: true,
      stencil: false,
      powerPreference: 'high-performance',
    })
    if (!gl)
      throw new Error('This browser offers no WebGL2, which the playback needs. Turn hardware acceleration on, or use a current browser.')
    this.#canvas = canvas
    this.#gl = gl
    this.#sensor = sensor
    const info = gl.getExtension('WEBGL_debug_renderer_info')
    this.driver = info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : 'unknown graphics'
    // Exact sums need blending of 32-bit floats; 8 bits are full after 255 events.
    const exact = gl.getExtension('EXT_color_buffer_float') !== null && gl.getExtension('EXT_float_blend') !== null
    this.accumulator = exact ? (accumulator ?? (software.test(this.driver) ? 'cpu' : 'gpu')) : 'cpu'
    this.#sums = this.accumulator === 'cpu' ? new Sums(sensor) : null
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
    return picture.camera === null ? this.#drawFlat(this.#resources, picture) : this.#drawCloud(this.#resources, picture, picture.camera)
  }

  /** Frees the GPU's memory. The canvas can be given to a new renderer. */
  dispose(): void {
    this.#stop()
    const resources = this.#resources
    if (!resources) return
    const gl = this.#gl
    resources.pool.dispose()
    for (const { handle } of [resources.points, resources.present, resources.cloud, resources.copy]) gl.deleteProgram(handle)
    gl.deleteTexture(resources.sums)
    gl.deleteTexture(resources.picture)
    gl.deleteFramebuffer(resources.target)
    gl.deleteVertexArray(resources.empty)
    this.#resources = null
  }

  #drawFlat({ pool, points, present, sums, target, empty }: Resources, picture: Picture): number {
    const gl = this.#gl
    const [sensorWidth, sensorHeight] = this.#sensor
    const { width, height } = this.#canvas
    const mode = { count: 0, recency: 1, decay: 2 }[picture.mode]
    const from = Math.floor(picture.from)
    const to = Math.floor(picture.to)
    let shown: number
    if (this.#sums) {
      this.#sums.update(picture.chunks, from, to, picture.mode)
      shown = countEvents(picture)
      gl.activeTexture(gl.TEXTURE0)
      gl.bindTexture(gl.TEXTURE_2D, sums)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, sensorWidth, sensorHeight, gl.RG, gl.FLOAT, this.#sums.data)
    } else {
      gl.bindFramebuffer(gl.FRAMEBUFFER, target)
      gl.viewport(0, 0, sensorWidth, sensorHeight)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
      points.use()
      points.window(from, to)
      gl.uniform2f(points.at('sensor'), sensorWidth, sensorHeight)
      gl.uniform1i(points.at('mode'), mode)
      gl.enable(gl.BLEND)
      gl.blendEquation(picture.mode === 'count' ? gl.FUNC_ADD : gl.MAX)
      gl.blendFunc(gl.ONE, gl.ONE)
      shown = pool.draw(picture.chunks, from, to)
      gl.disable(gl.BLEND)
      gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    }
    gl.viewport(0, 0, width, height)
    present.use(picture.palette)
    gl.bindVertexArray(empty)
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, sums)
    gl.uniform1i(present.at('amounts'), 0)
    gl.uniform2f(present.at('sensor'), sensorWidth, sensorHeight)
    gl.uniform2f(present.at('size'), width, height)
    gl.uniform1f(present.at('gain'), countGain(shown, sensorWidth * sensorHeight))
    gl.uniform1f(present.at('full'), to - from)
    gl.uniform1i(present.at('mode'), mode)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    return shown
  }

  #drawCloud(resources: Resources, picture: Picture, camera: Camera): number {
    const gl = this.#gl
    const view = [this.#canvas.width, this.#canvas.height] as const
    const matrix = cloudTransform(camera, this.#sensor, view)
    const size = pointSize(camera, this.#sensor, view)
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    gl.viewport(0, 0, ...view)
    if (this.accumulator === 'cpu') {
      const every = Math.max(1, Math.ceil(countEvents(picture) / mostSplats))
      const shown = this.#painter.paint(
        picture.chunks,
        [picture.from, picture.to],
        matrix,
        size,
        this.#sensor,
        view,
        picture.palette,
        every,
      )
      this.#copy(resources, this.#painter.bytes, view)
      return shown
    }
    const { cloud, pool } = resources
    gl.clearColor(...picture.palette.background, 1)
    gl.enable(gl.DEPTH_TEST)
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
    cloud.use(picture.palette)
    cloud.window(picture.from, picture.to)
    gl.uniformMatrix4fv(cloud.at('transform'), false, matrix)
    gl.uniform1f(cloud.at('pointSize'), size)
    gl.uniform2f(cloud.at('sensor'), ...this.#sensor)
    const shown = pool.draw(picture.chunks, picture.from, picture.to)
    gl.disable(gl.DEPTH_TEST)
    return shown
  }

  #copy({ copy, picture, empty }: Resources, bytes: Uint8Array<ArrayBuffer>, [width, height]: readonly [number, number]): void {
    const gl = this.#gl
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, picture)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
    copy.use()
    gl.bindVertexArray(empty)
    gl.uniform1i(copy.at('picture'), 0)
    gl.uniform2f(copy.at('size'), width, height)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  }

  #create(): Resources {
    const gl = this.#gl
    const texture = () => {
      const made = gl.createTexture()
      gl.bindTexture(gl.TEXTURE_2D, made)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
      return made
    }
    const picture = texture()
    const sums = texture()
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG32F, this.#sensor[0], this.#sensor[1])
    const target = gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, target)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, sums, 0)
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    return {
      pool: new EventPool(gl),
      points: new Program(gl, pointVertex, pointFragment),
      present: new Program(gl, fullVertex, presentFragment),
      cloud: new Program(gl, cloudVertex, cloudFragment),
      copy: new Program(gl, fullVertex, copyFragment),
      sums,
      target,
      picture,
      empty: gl.createVertexArray(),
    }
  }
}

function countEvents({ chunks, from, to }: Picture): number {
  let shown = 0
  for (const chunk of chunks) {
    const [first, end] = rangeOf(chunk, from, to)
    shown += end - first
  }
  return shown
}
