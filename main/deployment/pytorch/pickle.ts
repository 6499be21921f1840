/**
 * Python's pickle (Lib/pickletools.py), as far as PyTorch's checkpoints need it: values only. A pickle is a program; here no object is
 * made and no function called but the few in `constructors`, all written below, and every other name or opcode is refused.
 */

/** A pickle that holds something else than values and tensors. The message names the byte. */
export class PickleError extends Error {
  constructor(offset: number, message: string) {
    super(`${message} (byte ${offset} of the pickle)`)
    this.name = 'PickleError'
  }
}

/** Where a tensor's values lie: an entry of the archive. */
export interface Storage {
  readonly kind: 'storage'
  /** As PyTorch calls it: FloatStorage, ... */
  readonly type: string
  readonly key: string
  /** Values. */
  readonly length: number
}

export interface PickledTensor {
  readonly kind: 'tensor'
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
}

/** A name that a pickle may ask for. */
interface Named {
  readonly kind: 'named'
  readonly name: string
}

export type Value = null | boolean | number | bigint | string | readonly Value[] | Map<Value, Value> | Storage | PickledTensor | Named

const storageTypes = new Set(['FloatStorage', 'DoubleStorage', 'HalfStorage', 'BFloat16Storage', 'LongStorage', 'IntStorage', 'ShortStorage', 'CharStorage', 'ByteStorage', 'BoolStorage'])
const allowed = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_parameter', 'collections.OrderedDict', ...[...storageTypes].map((type) => `torch.${type}`)])

const isNumbers = (value: Value | undefined): value is number[] => Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isSafeInteger(one) && one >= 0)
const kindOf = (value: Value | undefined): string | undefined => (typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined)

/** Values that one pickle may make: a checkpoint has some thousand. */
const mostValues = 2_000_000
const deepest = 64

const mark = Symbol('mark')

/** Reads a pickle of protocol 2 to 5. @throws PickleError */
export function readPickle(bytes: Uint8Array): Value {
  return new Reader(bytes).read()
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #op = 0
  #made = 0
  readonly #stack: (Value | typeof mark)[] = []
  readonly #memo = new Map<number, Value>()

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  read(): Value {
    for (;;) {
      this.#op = this.#at
      const opcode = this.#byte()
      if (opcode === 0x2e) return this.#pop()
      this.#step(opcode)
    }
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: return void this.#protocol()
      case 0x95: return void this.#take(8)
      case 0x4e: return this.#push(null)
      case 0x88: return this.#push(true)
      case 0x89: return this.#push(false)
      case 0x4b: return this.#push(this.#byte())
      case 0x4d: return this.#push(this.#view.getUint16(this.#take(2), true))
      case 0x4a: return this.#push(this.#view.getInt32(this.#take(4), true))
      case 0x8a: return this.#push(this.#long(this.#byte()))
      case 0x47: return this.#push(this.#view.getFloat64(this.#take(8)))
      case 0x58: return this.#push(this.#text(this.#view.getUint32(this.#take(4), true)))
      case 0x8c: return this.#push(this.#text(this.#byte()))
      case 0x28: return this.#mark()
      case 0x29: return this.#push([])
      case 0x5d: return this.#push([])
      case 0x7d: return this.#push(new Map())
      case 0x74: return this.#push(this.#toMark())
      case 0x85: return this.#push(this.#last(1))
      case 0x86: return this.#push(this.#last(2))
      case 0x87: return this.#push(this.#last(3))
      case 0x61: return this.#extend([this.#pop()])
      case 0x65: return this.#extend(this.#toMark())
      case 0x73: return this.#setItems(this.#last(2))
      case 0x75: return this.#setItems(this.#toMark())
      case 0x71: return this.#keep(this.#byte())
      case 0x72: return this.#keep(this.#view.getUint32(this.#take(4), true))
      case 0x94: return this.#keep(this.#memo.size)
      case 0x68: return this.#push(this.#remembered(this.#byte()))
      case 0x6a: return this.#push(this.#remembered(this.#view.getUint32(this.#take(4), true)))
      case 0x63: return this.#push(this.#named(this.#line(), this.#line()))
      case 0x93: return this.#stackNamed()
      case 0x51: return this.#push(this.#storage(this.#pop()))
      case 0x52: return this.#call()
      // What an OrderedDict remembers beside its items (PyTorch keeps versions of modules there) is left out.
      case 0x62: return this.#build()
      default: return this.#fail(`the opcode 0x${opcode.toString(16).padStart(2, '0')} is not one that weights need`)
    }
  }

  #fail(message: string): never {
    throw new PickleError(this.#op, `not opened: ${message}`)
  }

  #take(length: number): number {
    const from = this.#at
    if (length > this.#bytes.length - from) this.#fail('it is cut short')
    this.#at += length
    return from
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] ?? 0
  }

  #text(length: number): string {
    const from = this.#take(length)
    return new TextDecoder().decode(this.#bytes.subarray(from, from + length))
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0 || end - this.#at > 200) this.#fail('a name does not end')
    const text = this.#text(end - this.#at)
    this.#at = end + 1
    return text
  }

  #long(length: number): number | bigint {
    if (length > 8) this.#fail(`a number of ${length} bytes`)
    const from = this.#take(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[from + i] ?? 0)
    if (length > 0 && (this.#bytes[from + length - 1] ?? 0) >= 0x80) value -= 1n << BigInt(8 * length)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  #protocol(): void {
    const version = this.#byte()
    if (version < 2 || version > 5) this.#fail(`pickle protocol ${version} is not known`)
  }

  /** Every step that takes memory, whatever it makes. */
  #count(): void {
    if (++this.#made > mostValues) this.#fail(`it makes more than ${mostValues} values`)
  }

  #push(value: Value): void {
    this.#count()
    this.#stack.push(value)
  }

  #mark(): void {
    this.#count()
    this.#stack.push(mark)
  }

  #keep(index: number): void {
    this.#count()
    this.#memo.set(index, this.#top())
  }

  #pop(): Value {
    const value = this.#stack.pop()
    if (value === undefined || typeof value === 'symbol') return this.#fail('a value is missing on its stack')
    return value
  }

  #top(): Value {
    const value = this.#pop()
    this.#stack.push(value)
    return value
  }

  #last(count: number): Value[] {
    return Array.from({ length: count }, () => this.#pop()).reverse()
  }

  #toMark(): Value[] {
    const values: Value[] = []
    for (;;) {
      const value = this.#stack.pop()
      if (value === undefined) this.#fail('a mark is missing on its stack')
      if (typeof value === 'symbol') return values.reverse()
      values.push(value)
    }
  }

  #remembered(index: number): Value {
    const value = this.#memo.get(index)
    return value === undefined ? this.#fail(`it asks for value ${index}, which it has not kept`) : value
  }

  #extend(items: readonly Value[]): void {
    const list = this.#top()
    if (!Array.isArray(list)) return this.#fail('items for what is no list')
    for (const item of items) list.push(item)
  }

  #setItems(items: readonly Value[]): void {
    const map = this.#top()
    if (!(map instanceof Map) || items.length % 2 !== 0) return this.#fail('items for what is no dictionary')
    for (let i = 0; i < items.length; i += 2) map.set(items[i] ?? null, items[i + 1] ?? null)
  }

  #named(module: string, name: string): Named {
    const full = `${module}.${name}`
    if (!allowed.has(full)) this.#fail(`it asks for "${full}", which is no tensor. Save only the weights (torch.save(model.state_dict(), ...)); code in a file is never run`)
    return { kind: 'named', name: full }
  }

  #stackNamed(): void {
    const [module, name] = this.#last(2)
    if (typeof module !== 'string' || typeof name !== 'string') return this.#fail('a name that is no text')
    this.#push(this.#named(module, name))
  }

  /** ('storage', type, key, location, length) */
  #storage(id: Value): Storage {
    const [kind, type, key, , length] = Array.isArray(id) ? (id as Value[]) : []
    const name = kindOf(type) === 'named' ? (type as Named).name.slice('torch.'.length) : ''
    if (kind !== 'storage' || !storageTypes.has(name) || typeof key !== 'string' || typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
      return this.#fail('something outside of the pickle that is no tensor data')
    return { kind: 'storage', type: name, key, length }
  }

  #call(): void {
    const [called, given] = this.#last(2)
    const name = kindOf(called) === 'named' ? (called as Named).name : this.#fail('it calls what is no function')
    const args = Array.isArray(given) ? (given as Value[]) : this.#fail('it calls without arguments')
    if (name === 'collections.OrderedDict') return this.#push(this.#dictionary(args))
    if (name === 'torch._utils._rebuild_tensor_v2') return this.#push(this.#tensor(args))
    if (name === 'torch._utils._rebuild_parameter' && kindOf(args[0]) === 'tensor') return this.#push(args[0] as PickledTensor)
    return this.#fail(`it calls ${name}`)
  }

  #dictionary([items]: readonly Value[]): Map<Value, Value> {
    const pairs = Array.isArray(items) ? (items as Value[]) : []
    return new Map(pairs.map((pair): [Value, Value] => (Array.isArray(pair) && pair.length === 2 ? [pair[0] as Value, pair[1] as Value] : this.#fail('a dictionary of no pairs'))))
  }

  #tensor([storage, offset, shape, stride]: readonly Value[]): PickledTensor {
    if (kindOf(storage) !== 'storage' || typeof offset !== 'number' || !isNumbers(shape) || !isNumbers(stride) || shape.length !== stride.length || shape.length > deepest)
      return this.#fail('a tensor without data or shape')
    return { kind: 'tensor', storage: storage as Storage, offset, shape, stride }
  }

  #build(): void {
    this.#pop()
    if (!(this.#top() instanceof Map)) this.#fail('it gives a state to what is no dictionary')
  }
}
