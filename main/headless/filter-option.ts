import { filterSchema, type Filter } from '../events/schema.ts'
import { UsageError } from '../workbench/api.ts'

const types = filterSchema.options.map((option) => option.shape.type.value)

export const filterUsage = `  --filter TYPE[:KEY=VALUE,...]
                         applied first, in the order given; may be repeated. Types and their settings:
                         background-activity:dt=5000 refractory:period=1000 hot-pixels:sigma=5 polarity:keep=on|off|merge|swap
                         crop:x=0,y=0,width=64,height=64,moveOrigin=true time-window:from=0,to=1000000
                         downsample:factor=2,merge=0 flip:axis=horizontal|vertical rotate:degrees=90|180|270 transpose`

/**
 * Filters as the command line has them: "crop:x=10,width=64". What is left out has its default.
 * @throws UsageError naming the filter and the setting
 */
export function parseFilters(texts: readonly string[] | undefined): Filter[] {
  return (texts ?? []).map((text) => {
    const [type = '', rest = ''] = text.split(/:(.*)/s)
    const settings: Record<string, unknown> = {}
    for (const pair of rest === '' ? [] : rest.split(',')) {
      const [key = '', value] = pair.split(/=(.*)/s)
      if (value === undefined) throw new UsageError(`--filter ${text}: "${pair}" must be KEY=VALUE.`)
      settings[key] = setting(value)
    }
    if (!types.some((known) => known === type)) throw new UsageError(`--filter ${text}: there is no filter "${type}". There are ${types.join(', ')}.`)
    const parsed = filterSchema.safeParse({ type, ...settings })
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw new UsageError(`--filter ${text}: ${issue?.path.join('.') || type}: ${issue?.message ?? 'not usable'}.`)
  })
}

function setting(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? text : number
}
