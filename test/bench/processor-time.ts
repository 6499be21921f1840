/**
 * Seconds of processor time (user and system, all threads of this process, compiler and garbage collection among them): what a
 * machine with nothing else to do would need. Wall time on a shared machine measures the others.
 */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
