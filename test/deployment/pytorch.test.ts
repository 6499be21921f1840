import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zipSync } from 'fflate'
import { fitWeights } from '../../main/deployment/pytorch/fit.ts'
import { authorsNames, tetNames } from '../../main/deployment/pytorch/names.ts'
import { readPickle } from '../../main/deployment/pytorch/pickle.ts'
import { readWeights } from '../../main/deployment/pytorch/weights-file.ts'
import { networkInfo } from '../../main/snn/network.ts'
import { networkPresets } from '../../main/snn/models/index.ts'
import { networkSchema, neuronSchema } from '../../main/snn/schema.ts'
import { parseTopology } from '../../main/snn/topology.ts'
import { decodeSafetensors, encodeSafetensors } from '../../main/training/safetensors.ts'
import { temporaryFolder } from '../training/tiny.ts'

const bytes = (...parts: (string | number | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : typeof part === 'number' ? [part] : [...part])))
const u32 = (n: number): number[] => [...new Uint8Array(Uint32Array.of(n).buffer)]
const text = (value: string): number[] => [0x58, ...u32(Buffer.byteLength(value)), ...Buffer.from(value)]
const name = (module: string, attribute: string): number[] => [...bytes('c', `${module}\n${attribute}\n`)]
const int = (n: number): number[] => [0x4a, ...u32(n)]
const tuple = (...items: readonly (readonly number[])[]): number[] => [0x28, ...items.flat(), 0x74]

interface Given {
  readonly key: string
  readonly shape: readonly number[]
  readonly stride?: readonly number[]
  readonly data: Float32Array
  readonly claims?: number
}

/** As torch.save writes a state_dict: data.pkl (protocol 2) and one stored part for each tensor. */
function pth(tensors: readonly Given[], { level = 0, more = [] as readonly number[] } = {}): Uint8Array {
  const items = tensors.flatMap(({ key, shape, stride, data, claims }, i) => {
    const storage = [...tuple(text('storage'), name('torch', 'FloatStorage'), text(String(i)), text('cpu'), int(claims ?? data.length)), 0x51]
    const strides = stride ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
    const args = tuple(storage, int(0), tuple(...shape.map(int)), tuple(...strides.map(int)), [0x89], [...name('collections', 'OrderedDict'), 0x29, 0x52])
    return [...text(key), ...name('torch._utils', '_rebuild_tensor_v2'), ...args, 0x52]
  })
  const pickle = bytes([0x80, 2], name('collections', 'OrderedDict'), [0x29, 0x52, 0x71, 0, 0x28], items, 0x75, more, '.')
  const parts = Object.fromEntries(tensors.map(({ data }, i) => [`archive/data/${i}`, new Uint8Array(data.buffer)]))
  return zipSync({ 'archive/data.pkl': pickle, ...parts, 'archive/version': bytes('3\n') }, { level: level as 0 | 9 })
}

describe('the pickle reader', () => {
  it('reads values and nothing that would run', () => {
    expect(readPickle(bytes([0x80, 2], '}', 'q', 0, '(', text('a'), 'K', 7, text('b'), [0x5d, 0x28, 0x88, 0x4e, 0x65], 'u', '.'))).toEqual(new Map<string, unknown>([['a', 7], ['b', [true, null]]]))
    const attack = bytes([0x80, 2], name('posix', 'system'), tuple(text('echo gone')), 'R.')
    expect(() => readPickle(attack)).toThrow(/asks for "posix\.system".*never run.*byte 2/)
    for (const [module, attribute] of [['builtins', 'eval'], ['torch', 'load'], ['torch._utils', '_rebuild_device_tensor_from_numpy'], ['argparse', 'Namespace']] as const)
      expect(() => readPickle(bytes([0x80, 2], name(module, attribute), ').'))).toThrow(`"${module}.${attribute}"`)
    expect(() => readPickle(bytes([0x80, 4], [0x8c, 2], 'os', [0x8c, 6], 'system', [0x93], '.'))).toThrow(/"os\.system"/)
    // INST, OBJ, NEWOBJ, EXT1, PERSID, REDUCE of no name.
    for (const opcode of [0x69, 0x6f, 0x81, 0x82, 0x50]) expect(() => readPickle(bytes([0x80, 2, opcode, 0x2e]))).toThrow(/opcode 0x/)
    expect(() => readPickle(bytes([0x80, 2], text('print'), ')R.'))).toThrow(/calls what is no function/)
    expect(() => readPickle(bytes([0x80, 2], 'X', u32(4_000_000_000), 'x'))).toThrow(/cut short/)
    expect(() => readPickle(bytes([0x80, 2], 'h', 5, '.'))).toThrow(/has not kept/)
    for (let length = 0; length < 40; length++) expect(() => readPickle(attack.subarray(0, length))).toThrow()
  })

  it('makes no more than a checkpoint needs, whatever takes the memory', () => {
    const many = (...step: number[]): Uint8Array => Buffer.concat([Buffer.from([0x80, 2, 0x4e]), Buffer.alloc(2_000_001 * step.length, Buffer.from(step))])
    // MARK, and BINPUT of the value on top.
    for (const step of [[0x28], [0x71, 0]]) expect(() => readPickle(many(...step))).toThrow(/makes more than 2000000 values/)
  })
})

describe('readWeights', () => {
  const folder = temporaryFolder
  const file = (content: Uint8Array): string => {
    const path = join(folder(), 'weights.pth')
    writeFileSync(path, content)
    return path
  }

  it("reads PyTorch's zip, strides included", async () => {
    const weights = await readWeights(file(pth([
      { key: 'a', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { key: 'turned', shape: [3, 2], stride: [1, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { key: 'scalar', shape: [], data: Float32Array.of(9) },
    ], { more: [0x7d, 0x62] })))
    expect([...weights.keys()]).toEqual(['a', 'turned', 'scalar'])
    expect(weights.get('turned')).toEqual({ shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) })
    expect(weights.get('scalar')).toEqual({ shape: [], data: Float32Array.of(9) })
  })

  it('reads safetensors of half precision', async () => {
    const bits = { half: Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff), bfloat: Uint16Array.of(0x3f80, 0xc020, 0x0000, 0x7f7f) }
    const tensors = new Map([['half', { dtype: 'F16', shape: [4], data: bits.half }], ['bfloat', { dtype: 'BF16', shape: [2, 2], data: bits.bfloat }]] as const)
    const read = await readWeights(file(Buffer.concat(encodeSafetensors({ metadata: {}, tensors }))))
    expect(read.get('half')).toEqual({ shape: [4], data: Float32Array.of(1, -2.5, 2 ** -24, 65504) })
    expect(read.get('bfloat')).toEqual({ shape: [2, 2], data: Float32Array.of(1, -2.5, 0, 2 ** 127 * (2 - 2 ** -7)) })
  })

  it('refuses bombs, tensors that reach beyond their data, and what is no checkpoint', async () => {
    const one = { key: 'a', shape: [4], data: Float32Array.of(1, 2, 3, 4) }
    await expect(readWeights(file(pth([{ ...one, data: new Float32Array(1e5), shape: [1e5] }], { level: 9 })))).rejects.toThrow(/weights\.pth: its part .* is compressed.*not opened/)
    await expect(readWeights(file(pth([{ ...one, shape: [1 << 30, 1 << 30], stride: [0, 0] }])))).rejects.toThrow(/"a": its shape .* asks for more than the 4 values/)
    await expect(readWeights(file(pth([{ ...one, stride: [2] }])))).rejects.toThrow(/"a": its shape/)
    await expect(readWeights(file(pth([{ ...one, claims: 1 << 30 }])))).rejects.toThrow(/its storage says/)
    await expect(readWeights(file(zipSync({ 'x.txt': bytes('x') }, { level: 0 })))).rejects.toThrow(/a zip without data\.pkl/)
    await expect(readWeights(file(bytes([0x80, 2], '}.')))).rejects.toThrow(/PyTorch before 1\.6/)
    const whole = pth([one])
    for (let part = 1; part < 16; part++) await expect(readWeights(file(whole.subarray(0, Math.floor((whole.length * part) / 16)))), `${part}/16`).rejects.toThrow(/weights\.pth: /)
    await expect(readWeights(folder())).rejects.toThrow(/not a file/)
    await expect(readWeights(join(folder(), 'none.pth'))).rejects.toThrow(/none\.pth: no such file/)
  })
})

describe('a checkpoint that holds itself, or its values again and again', () => {
  const pickled = (pickle: Uint8Array, data: Uint8Array): string => {
    const path = join(temporaryFolder(), 'weights.pth')
    writeFileSync(path, zipSync({ 'archive/data.pkl': pickle, 'archive/data/0': data }, { level: 0 }))
    return path
  }
  const storage = [...tuple(text('storage'), name('torch', 'ByteStorage'), text('0'), text('cpu'), int(1024)), 0x51]
  const tensor = (key: string, offset: number, count: number): number[] =>
    [...text(key), ...name('torch._utils', '_rebuild_tensor_v2'), ...tuple(storage, int(offset), tuple(int(count)), tuple(int(1)), [0x89], [...name('collections', 'OrderedDict'), 0x29, 0x52]), 0x52]
  const checkpoint = (tensors: readonly number[][]): string => pickled(bytes([0x80, 2], '}', '(', tensors.flat(), 'u.'), new Uint8Array(1024))

  it('is read once', async () => {
    // {"model": <itself>}
    await expect(readWeights(pickled(bytes([0x80, 2], '}', 'q', 0, text('model'), 'h', 0, 's', '.'), new Uint8Array()))).rejects.toThrow(/holds no tensors/)
    const twins = await readWeights(checkpoint(Array.from({ length: 50 }, (_, i) => tensor(`t${i}`, 0, 1024))))
    expect(new Set([...twins.values()].map(({ data }) => data)).size).toBe(1)
    await expect(readWeights(checkpoint(Array.from({ length: 50 }, (_, i) => tensor(`t${i}`, i, 900))))).rejects.toThrow(/more values .* than the file has bytes/)
  })

  it('is read where it keeps its weights, beside whatever else it holds', async () => {
    const inner = [...text('state_dict'), ...bytes('}', '(', tensor('weight', 1, 3), 'u')]
    const read = await readWeights(pickled(bytes([0x80, 2], '}', '(', tensor('epoch', 0, 1), inner, 'u.'), Uint8Array.from({ length: 1024 }, (_, i) => i % 256)))
    expect([...read]).toEqual([['weight', { shape: [3], data: Float32Array.of(1, 2, 3) }]])
  })
})

describe('fitWeights', () => {
  const network = networkSchema.parse({ name: 'two', neuron: {}, layers: [{ type: 'conv', out: 2, pool: { kind: 'average', size: 2, stride: 2 } }, { type: 'conv', out: 3 }] })
  const info = networkInfo({ network, classes: 2, shape: [2, 1, 4, 4] })
  const values = (shape: readonly number[], seed: number) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => seed + i) })
  const file = info.variables.map(({ name: ours, shape }, i) => [ours, values(shape, 100 * i)] as const)

  it('by our names, by the authors', () => {
    expect(fitWeights('f', new Map(file), network, 2, info)).toMatchObject({ by: 'names of Saccade' })
    const found = authorsNames(network, 2)
    if ('reason' in found) throw new Error(found.reason)
    expect(found.topology).toBe('CONVAP-2-3-1-1-2-2-0_CONVNP-3-3-1-1_L-2')
    const theirs = new Map(file.map(([ours, tensor]) => [`module.${found.names.get(ours)}`, tensor]))
    const fitted = fitWeights('f', theirs, network, 2, info)
    expect(fitted.by).toBe("names of the TRT authors' code")
    for (const [ours, { data }] of file) expect(fitted.weights.get(ours)).toEqual(data)
    theirs.set('module.layers.9.weight', values([1], 0))
    expect(() => fitWeights('f.pth', theirs, network, 2, info)).toThrow('f.pth: "layers.9.weight" belongs to no layer')
    theirs.delete('module.layers.9.weight')
    theirs.set('module.layers.1.conv2d_layer.module.1.weight', values([4], 0))
    expect(() => fitWeights('f.pth', theirs, network, 2, info)).toThrow(/"layers\.1\.conv2d_layer\.module\.1\.weight" is \[4\], layer conv2\.norm\.gain needs \[3\]/)
  })

  it("in order, with TET's biases of convolutions, which go into the running means", () => {
    const words = { gain: '1.weight', shift: '1.bias', mean: '1.running_mean', variance: '1.running_var' } as const
    const theirs = new Map(info.variables.flatMap(({ name: ours, role, shape }, i): (readonly [string, ReturnType<typeof values>])[] => {
      const tensor = values(shape, 100 * i)
      if (role in words) return [[`features.${ours.split('.')[0]}.${words[role as keyof typeof words]}`, tensor]]
      if (shape.length < 4) return [[`classifier.${role}`, tensor]]
      const key = `features.${ours.split('.')[0]}.0`
      return [[`${key}.weight`, tensor], [`${key}.bias`, values([shape[0] ?? 0], 0.5)]]
    }))
    const fitted = fitWeights('f', theirs, network, 2, info)
    expect(fitted.by).toBe('order and shapes')
    const mean = new Map(file).get('conv2.norm.mean')!.data
    expect(fitted.weights.get('conv2.norm.mean')).toEqual(mean.map((value, i) => value - 0.5 - i))
    theirs.delete('features.conv1.1.running_mean')
    expect(() => fitWeights('f.pth', theirs, network, 2, info)).toThrow(/"features\.conv1\.1\.running_var" \[2\] stands where conv1\.norm\.mean needs a "running_mean" of \[2\]/)
  })

  it('TRT without batch norm and with an encoder, whose names lack a part', () => {
    const found = authorsNames(network, 2)
    if ('reason' in found) throw new Error(found.reason)
    const theirs = new Map(info.variables.filter(({ role, name: ours }) => (role === 'weight' || role === 'bias') && !ours.includes('norm')).map(({ name: ours, shape }, i) => [(found.names.get(ours) ?? '').replace('module.0.weight', ours.startsWith('conv1') ? 'weight' : 'module.weight'), values(shape, 100 * i)]))
    theirs.set('layers.0.conv2d_layer.bias', values([2], 0.5))
    theirs.set('layers.1.conv2d_layer.module.bias', values([3], 0.25))
    const { weights, by } = fitWeights('f', theirs, network, 2, info)
    expect(by).toBe("names of the TRT authors' code")
    expect(weights.get('conv1.norm.shift')).toEqual(Float32Array.of(0.5, 1.5))
    expect(weights.get('conv2.norm.shift')).toEqual(Float32Array.of(0.25, 1.25, 2.25))
    expect([...weights.get('conv2.norm.gain')!].every((gain) => Math.abs(gain / Math.sqrt(1 + 1e-5) - 1) < 1e-6)).toBe(true)
    expect([weights.get('conv1.norm.mean'), weights.get('conv1.norm.variance')]).toEqual([Float32Array.of(0, 0), Float32Array.of(1, 1)])
  })

  it("TET's VGGSNN in any order, its ResNet-19 with modules that are registered twice", () => {
    const names = tetNames(network)!
    // Its pools count among the features.
    expect(names.get('conv2.weight')).toBe('features.2.fwd.module.0.weight')
    const theirs = new Map([...file.map(([ours, tensor]) => [names.get(ours) ?? '', tensor] as const), ['features.2.fwd.module.0.bias', values([3], 0.5)] as const].reverse())
    const fitted = fitWeights('f', theirs, network, 2, info)
    expect(fitted.by).toBe("names of the TET authors' code")
    expect(fitted.weights.get('conv2.norm.mean')).toEqual(new Map(file).get('conv2.norm.mean')!.data.map((value, i) => value - 0.5 - i))
    const residual = networkSchema.parse({ name: 'r', neuron: {}, layers: [{ type: 'conv', out: 2 }, { type: 'residual', form: 'spiking', out: 2 }, { type: 'residual', form: 'spiking', out: 4, strides: [2, 1], globalPool: true }, { type: 'dense', out: 3 }] })
    const its = networkInfo({ network: residual, classes: 2, shape: [2, 1, 4, 4] })
    const path = tetNames(residual)!
    expect([path.get('block1.conv2.norm.mean'), path.get('block2.shortcut.weight'), path.get('output.bias')]).toEqual(['layer1.0.bn2.bn.running_mean', 'layer2.0.downsample.layer.module.weight', 'fc2.bias'])
    const twice = new Map(its.variables.flatMap(({ name: ours, shape }, i): [string, ReturnType<typeof values>][] => {
      const [key, tensor] = [path.get(ours) ?? '', values(shape, 100 * i)]
      const twins = [key.replace('.bn.', '.seqbn.module.'), key.replace(/\bconv(\d)\./, 'conv$1_s.layer.module.'), key.replace(/\bbn(\d)\./, 'conv$1_s.bn.'), key.replace(/\bfc(\d)\./, 'fc$1_s.layer.module.')]
      return [key, ...twins].map((twin) => [twin, tensor])
    }))
    const [first] = its.variables
    expect(fitWeights('f', twice, residual, 2, its).weights.get(first!.name)).toEqual(values(first!.shape, 0).data)
  })

  it('the topology of every network that the authors have is read again as that network', () => {
    let known = 0
    for (const { network: preset } of networkPresets) {
      const found = authorsNames(preset, 10)
      if ('reason' in found) continue
      known++
      const read = parseTopology(found.topology, preset.neuron).network
      const shape = [2, 2, 48, 48] as const
      const { variables, macsPerTimestep } = networkInfo({ network: preset, classes: 10, shape })
      // Poolings by themselves become part of the convolutions before them.
      if (!preset.layers.some(({ type }) => type === 'average-pool')) expect(read.layers).toEqual(preset.layers)
      expect(networkInfo({ network: read, classes: 10, shape })).toMatchObject({ variables, macsPerTimestep })
      expect(variables.map(({ name: ours }) => ours).filter((ours) => !found.names.has(ours))).toEqual([])
    }
    expect(known).toBe(networkPresets.length)
    expect(authorsNames(networkSchema.parse({ name: 'x', neuron: { learnTau: 'plif' }, layers: network.layers }), 2)).toEqual({ reason: expect.stringContaining('learned') as string })
  })
})

const reference = '../shared/reference/vgg-hard-reset.safetensors'
describe.skipIf(!existsSync(reference))(`the TRT authors' own weights (skipped where ${reference} is missing)`, () => {
  it('fit by name, and what PyTorch saves of them is read as the same values', async () => {
    const file = decodeSafetensors(readFileSync(reference), reference)
    const meta = Object.fromEntries(Object.entries(file.metadata).map(([key, value]) => [key, JSON.parse(value) as unknown])) as { top: string; shape: [number, number, number]; T: number }
    const { network, classes } = parseTopology(meta.top, neuronSchema.parse({}))
    const given = [...file.tensors].filter(([key]) => key.startsWith('init/')).map(([key, tensor]) => [key.slice('init/'.length), tensor] as const)
    const info = networkInfo({ network, classes, shape: [meta.T, ...meta.shape] })
    const folder = temporaryFolder()
    const path = join(folder, 'authors.safetensors')
    writeFileSync(path, Buffer.concat(encodeSafetensors({ metadata: {}, tensors: new Map(given) })))
    const fitted = fitWeights(path, await readWeights(path), network, classes, info)
    expect(fitted.by).toBe("names of the TRT authors' code")
    const script = 'import sys, torch, numpy\nfrom collections import OrderedDict\n' +
      'import json, struct\nraw = open(sys.argv[1], "rb").read(); n = struct.unpack("<Q", raw[:8])[0]; head = json.loads(raw[8:8+n])\n' +
      'state = OrderedDict()\nfor k, v in head.items():\n  if k != "__metadata__" and v["dtype"] == "F32":\n    a, b = v["data_offsets"]; state[k] = torch.tensor(numpy.frombuffer(raw[8+n+a:8+n+b], dtype="<f4").reshape(v["shape"]).copy())\n' +
      'torch.save({"model": state, "epoch": 3, "optimizer": {"lr": 1e-3}}, sys.argv[2])'
    const saved = join(folder, 'authors.pth')
    try {
      execFileSync('/usr/bin/python3', ['-c', script, path, saved], { stdio: 'ignore' })
    } catch {
      console.warn('skipped: /usr/bin/python3 has no PyTorch (apt-get install python3-torch), so no file of its own was read')
      return
    }
    const again = fitWeights(saved, await readWeights(saved), network, classes, info)
    for (const [ours, values] of fitted.weights) expect(again.weights.get(ours), ours).toEqual(values)
  })
})
