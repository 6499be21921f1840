import { z } from 'zod'
import { getJson, InstallError, type GetOptions } from './network.ts'

/** A package as its feed describes it. */
export interface RemotePackage {
  readonly url: string
  /** Of the whole file, lower-case hexadecimal. */
  readonly sha512: string
  /** null where the feed doesn't tell. */
  readonly bytes: number | null
}

const indexSchema = z.object({ resources: z.array(z.object({ '@id': z.string(), '@type': z.string() })) })
const detailsSchema = z.object({ packageHash: z.string(), packageHashAlgorithm: z.string(), packageSize: z.number().int().optional() })
const leafSchema = z.object({ packageContent: z.url(), catalogEntry: z.union([z.url(), z.looseObject({})]) })

/**
 * Finds a version of a package in a NuGet feed (protocol 3: service index, registration leaf, catalog entry).
 * @throws InstallError where the feed can't be reached, has no such version, or names no SHA-512 to check it with
 */
export async function findPackage(index: string, name: string, version: string, options: GetOptions): Promise<RemotePackage> {
  const { resources } = parsed(indexSchema, await getJson(index, options), index)
  // Of several versions of the same resource the last one lists most packages (those of SemVer 2 too).
  const registrations = resources.filter((resource) => resource['@type'].startsWith('RegistrationsBaseUrl')).at(-1)?.['@id']
  if (registrations === undefined) throw new InstallError(`The feed ${index} tells of no package registrations.`)
  const leaf = `${registrations.replace(/\/?$/, '/')}${name.toLowerCase()}/${version.toLowerCase()}.json`
  const { packageContent, catalogEntry } = parsed(leafSchema, await getJson(leaf, options), leaf)
  const entry = typeof catalogEntry === 'string' ? await getJson(catalogEntry, options) : catalogEntry
  const details = detailsSchema.safeParse(entry)
  if (!details.success || details.data.packageHashAlgorithm.toUpperCase() !== 'SHA512')
    throw new InstallError(`The feed ${index} names no SHA-512 of ${name} ${version}: it can't be checked, and is not installed.`)
  return { url: packageContent, sha512: Buffer.from(details.data.packageHash, 'base64').toString('hex'), bytes: details.data.packageSize ?? null }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, address: string): T {
  const result = schema.safeParse(value)
  if (!result.success) throw new InstallError(`${address} is no answer of a NuGet feed: ${result.error.issues[0]?.path.join('.') ?? ''} is missing or of another kind.`)
  return result.data
}
