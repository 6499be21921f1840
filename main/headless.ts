/**
 * The workbench without a window: npm run saccade -- COMMAND. Results go to stdout, progress and errors to stderr.
 * Exit codes: 0 ok, 1 failed, 2 usage, 130 ended by Ctrl-C.
 */
import { analyze } from './headless/analyze.ts'
import { bench } from './headless/bench.ts'
import { compare } from './headless/compare.ts'
import { devices } from './headless/devices.ts'
import { convert } from './headless/convert.ts'
import { diagnostics } from './headless/diagnostics.ts'
import { evaluate } from './headless/evaluate.ts'
import { exportRun } from './headless/export.ts'
import { importFolder } from './headless/import.ts'
import { infer } from './headless/infer.ts'
import { inspect } from './headless/inspect.ts'
import { library } from './headless/library.ts'
import { live } from './headless/live.ts'
import { models } from './headless/models.ts'
import { runs } from './headless/runs.ts'
import { recipe } from './headless/recipe.ts'
import { report } from './headless/report.ts'
import { serve } from './headless/serve.ts'
import { stream } from './headless/stream.ts'
import { sweep } from './headless/sweep.ts'
import { train } from './headless/train.ts'
import { watch } from './headless/watch.ts'
import { weights } from './headless/weights.ts'
import type { Command } from './headless/command.ts'
import { Progress, table } from './headless/terminal.ts'
import { UsageError } from './workbench/api.ts'
import { Cancelled } from './workbench/jobs.ts'
import { VERSION } from './version.ts'

const commands: Record<string, Command> = { inspect, convert, import: importFolder, train, sweep, recipe, runs, evaluate, analyze, report, export: exportRun, infer, live, stream, models, bench, compare, weights, library, watch, devices, serve, diagnostics }
const overview = `Saccade ${VERSION}: event cameras and spiking neural networks.

Usage: npm run saccade -- COMMAND [ARGUMENTS]

${table(Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]))}

npm run saccade -- COMMAND --help tells more. Exit codes: 0 ok, 1 failed, 2 usage, 130 ended by Ctrl-C.`

/** @returns the exit code */
async function main([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const asked = name === '' || name === 'help' || name === '--help' || name === '-h'
    const help = asked && name !== ''
    ;(help ? console.log : console.error)(asked ? overview : `There is no command "${name}".\n\n${overview}`)
    return help ? 0 : 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.usage)
    return 0
  }
  const progress = new Progress(process.stderr)
  const abort = new AbortController()
  let interrupted = 0
  const interrupt = (): void => {
    // One Ctrl-C may come twice: from the terminal, and handed on by the program that started us.
    if (interrupted > 0 && performance.now() - interrupted < 500) return
    if (interrupted > 0) process.exit(130)
    interrupted = performance.now()
    progress.line('\nStopping (again to end at once) ...')
    abort.abort(new Cancelled('Stopped.'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    await command.run(args, { print: (text) => console.log(text), progress, signal: abort.signal })
    return 0
  } catch (error) {
    progress.line(error instanceof Error ? error.message : String(error))
    if (error instanceof UsageError) {
      progress.line(`\nnpm run saccade -- ${name} --help shows how it is used.`)
      return 2
    }
    return error instanceof Cancelled ? 130 : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
