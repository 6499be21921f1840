import { createContext, Script } from 'node:vm'
import type { LabelRule } from './schema.ts'

/** A label rule that can't be used, in words for people. */
export class RuleError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RuleError'
  }
}

/** A pattern that backtracks without end must not stop the workbench: this long for a batch of names. */
const patternMs = 500

/**
 * The label of every path, null where the rule finds none.
 * @param paths inside the watch folder, with "/"
 * @throws RuleError where the pattern is no regular expression, captures nothing, or takes too long
 */
export function labelsOf(rule: LabelRule, paths: readonly string[]): (string | null)[] {
  switch (rule.by) {
    case 'none':
      return paths.map(() => null)
    case 'subfolder':
      return paths.map((path) => (path.includes('/') ? (path.split('/')[0] ?? null) : null))
    case 'pattern':
      return byPattern(rule.pattern, paths)
  }
}

function byPattern(pattern: string, paths: readonly string[]): (string | null)[] {
  let groups: number
  try {
    groups = new RegExp(`${pattern}|`, 'u').exec('')!.length - 1
  } catch (error) {
    throw new RuleError(`The pattern is no regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (groups === 0) throw new RuleError('The pattern captures nothing: put the part that is the label in parentheses, e.g. cifar10_(\\w+)_\\d+')
  const context = createContext({ pattern, paths })
  // Only here can a regular expression be interrupted.
  const script = new Script(`
    const expression = new RegExp(pattern, 'u')
    JSON.stringify(paths.map((path) => {
      const match = expression.exec(path)
      return match ? match.groups?.label ?? match[1] ?? null : null
    }))`)
  try {
    return (JSON.parse(String(script.runInContext(context, { timeout: patternMs + paths.length }))) as (string | null)[]).map((label) => label || null)
  } catch (error) {
    const slow = String(error).includes('execution timed out')
    throw new RuleError(slow ? 'The pattern takes too long on these file names: avoid repetitions inside repetitions, such as (a+)+.' : String(error))
  }
}
