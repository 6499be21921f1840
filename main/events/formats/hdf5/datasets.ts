import type { Metadata } from 'h5wasm'
import type { Field, Scalar } from '../arrays/npy-header.ts'
import type { MountedSource } from './mounted.ts'

/** A dataset of numbers, or of records of numbers. */
export interface Dataset {
  /** From the root, without the first slash: "CD/events". */
  readonly path: string
  readonly shape: readonly number[]
  readonly type: Scalar | readonly Field[]
  /** Bytes of an element. */
  readonly itemSize: number
  /** Elements of a chunk in each direction; null where the data lies in one piece. */
  readonly chunks: readonly number[] | null
  /** What chunks went through when they were written, in this order. */
  readonly filters: readonly CodecFilter[]
  /** The library turns its big-endian numbers around: what lies in the file is not what `type` tells. */
  readonly turned: boolean
  /** Set where the data lies in other files. */
  readonly elsewhere: boolean
}

export interface CodecFilter {
  readonly id: number
  readonly name: string
  readonly values: readonly number[]
}

/** What a file holds, as far as it can be read. */
export interface Tree {
  readonly datasets: readonly Dataset[]
  /** Names of objects that could not be read. */
  readonly unreadable: readonly string[]
}

/** Files with more objects or deeper groups are no recordings: the rest is not looked at. */
const MOST_OBJECTS = 2000
const DEEPEST = 6

const INTEGER = 0
const FLOAT = 1
const BITFIELD = 4
const COMPOUND = 6
const ENUM = 8

/** All datasets of numbers in a file, groups before what lies deeper. */
export function datasetsOf(mounted: MountedSource): Tree {
  const { module } = mounted.library
  const datasets: Dataset[] = []
  const unreadable: string[] = []
  let objects = 0
  let groups = ['']
  for (let depth = 0; depth < DEEPEST && groups.length > 0; depth++) {
    const deeper: string[] = []
    for (const group of groups) {
      const names = attempt(() => mounted.call((file) => module.get_names(file, `/${group}`, false)).result)
      if (names === null) unreadable.push(group === '' ? 'the list of its contents' : group)
      for (const name of names ?? []) {
        if (objects++ >= MOST_OBJECTS) return { datasets, unreadable }
        const path = group === '' ? name : `${group}/${name}`
        const kind = attempt(() => mounted.call((file) => module.get_type(file, `/${path}`)).result)
        if (kind === module.H5G_GROUP) deeper.push(path)
        else if (kind === module.H5G_DATASET) {
          const found = attempt(() => describe(mounted, path))
          if (found === null) unreadable.push(path)
          else if (found !== 'other') datasets.push(found)
        } else if (kind === null || kind < 0) unreadable.push(path)
      }
    }
    groups = deeper
  }
  return { datasets, unreadable }
}

function describe(mounted: MountedSource, path: string): Dataset | 'other' {
  const { module } = mounted.library
  const { metadata, filters } = mounted.call((file) => ({
    metadata: module.get_dataset_metadata(file, `/${path}`),
    filters: module.get_dataset_filters(file, `/${path}`),
  })).result
  const type = typeOf(metadata)
  if (!type || !metadata.shape || metadata.shape.some((size) => !Number.isSafeInteger(size) || size < 0)) return 'other'
  return {
    path,
    shape: metadata.shape,
    type,
    itemSize: metadata.size,
    chunks: metadata.chunks,
    filters: filters.map(({ id, name, cd_values }) => ({ id, name, values: cd_values })),
    turned: isTurned(metadata),
    elsewhere: (metadata.virtual_sources?.length ?? 0) > 0,
  }
}

function typeOf(metadata: Metadata): Scalar | readonly Field[] | null {
  if (metadata.type !== COMPOUND) return scalarOf(metadata)
  const turned = isTurned(metadata)
  const fields = (metadata.compound_type?.members ?? []).flatMap((member): Field[] => {
    const scalar = scalarOf(member)
    return scalar ? [{ name: member.name, scalar: { ...scalar, bigEndian: !member.littleEndian && !turned }, offset: member.offset }] : []
  })
  return fields.length > 0 ? fields : null
}

/** Records are turned where all their fields are big-endian; mixed ones are left as they are. */
function isTurned({ type, compound_type, littleEndian }: Metadata): boolean {
  return type === COMPOUND ? (compound_type?.members ?? []).every((member) => !member.littleEndian) : !littleEndian
}

/** Numbers come out of the library little-endian, however they lie in the file. */
function scalarOf({ type, size, signed, enum_type }: Metadata): Scalar | null {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return null
  // h5py writes booleans as an enumeration of a signed byte.
  const base = type === ENUM ? enum_type?.type : type
  if (base === INTEGER || base === BITFIELD) return { kind: signed && base === INTEGER ? 'int' : 'uint', size, bigEndian: false }
  return base === FLOAT && size >= 4 ? { kind: 'float', size, bigEndian: false } : null
}

/** An attribute's number, numbers or text; null where there is none. Numbers of 64 bits are plain numbers. */
export function attributeOf(mounted: MountedSource, path: string, name: string): string | readonly number[] | null {
  const { module, attribute } = mounted.library
  return attempt(() =>
    mounted.call((file) => {
      if (!module.get_attribute_names(file, path).includes(name)) return null
      const { value } = attribute(file, path, name)
      if (typeof value === 'string') return value
      const values = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [value]
      if (typeof values[0] === 'string') return values[0]
      return values.length <= 16 && values.every((one) => typeof one === 'number' || typeof one === 'bigint') ? values.map(Number) : null
    }).result,
  )
}

/** The library throws plain errors, strings and numbers where its structures are damaged; faults of the file system go on. */
function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && error.name === 'RecordingError') throw error
    return null
  }
}
