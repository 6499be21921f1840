import { create } from 'zustand'
import type { CallInput, SettingsReport } from '../../preload/contract/index.ts'
import { ask, attempt, workbench } from './workbench.ts'

interface SettingsState {
  /** null until first read. */
  readonly report: SettingsReport | null
}

export const useSettings = create<SettingsState>(() => ({ report: null }))

/** Reads the settings and follows their changes, also those made in other windows. Returns the function that ends it. */
export function followSettings(): () => void {
  const stop = workbench().on('settings.changed', (settings) =>
    useSettings.setState(({ report }) => ({ report: report && { ...report, settings, problem: null } })),
  )
  void ask('settings.get', {}).then(
    (report) => useSettings.setState({ report }),
    () => undefined, // the connection's own notice tells
  )
  return stop
}

/** Keeps a setting. Returns whether it could be. */
export async function changeSettings(change: CallInput<'settings.change'>): Promise<boolean> {
  const report = await attempt('settings.change', change, 'The setting could not be kept')
  if (report !== null) useSettings.setState({ report })
  return report !== null
}
