import { create } from 'zustand'
import type { Device, DeviceChoice, DeviceReport } from '../../../preload/contract/index.ts'
import { ask, messageOf } from '../../api/workbench.ts'

interface DevicesState {
  /** null until asked for. */
  readonly devices: readonly DeviceReport[] | null
  readonly error: string | null
  /** The device that takes its training steps now. */
  readonly measuring: Device | null
  /** Automatic: what it has chosen, and why; null before. */
  readonly choice: DeviceChoice | null
  readonly choosing: boolean
}

/** Outlives its pages: a measurement goes on while one looks elsewhere. */
export const useDevices = create<DevicesState>(() => ({ devices: null, error: null, measuring: null, choice: null, choosing: false }))

export async function readDevices(): Promise<void> {
  try {
    const { devices } = await ask('devices.list', {})
    useDevices.setState({ devices, error: null })
  } catch (error) {
    useDevices.setState({ error: messageOf(error) })
  }
}

/** Measures one device after the other; those that are missing can't be. */
export async function measureDevices(reports: readonly DeviceReport[]): Promise<void> {
  for (const { device, state } of reports) {
    if (state === 'missing') continue
    useDevices.setState({ measuring: device })
    try {
      const measured = await ask('devices.measure', { device })
      useDevices.setState(({ devices }) => ({ devices: devices?.map((other) => (other.device === device ? measured : other)) ?? null, error: null }))
    } catch (error) {
      useDevices.setState({ error: messageOf(error) })
    }
  }
  useDevices.setState({ measuring: null })
}

/** The fastest device that works, which is measured first where it was not yet; null where none could be chosen. */
export async function chooseDevice(): Promise<Device | null> {
  useDevices.setState({ choosing: true, choice: null })
  try {
    const choice = await ask('devices.best', {})
    useDevices.setState({ choice, error: null })
    await readDevices()
    return choice.device
  } catch (error) {
    useDevices.setState({ error: messageOf(error) })
    return null
  } finally {
    useDevices.setState({ choosing: false })
  }
}

/** Starts fetching what a device lacks; the job bar shows how far it is, and lets one cancel it. */
export async function installFor({ install }: DeviceReport): Promise<void> {
  if (install === undefined) return
  try {
    await ask('devices.install', { what: install })
  } catch (error) {
    useDevices.setState({ error: messageOf(error) })
  }
}

/** The fastest device that was measured and works; null where none was. */
export function fastest(devices: readonly DeviceReport[]): DeviceReport | null {
  return devices
    .filter(({ state }) => state === 'works')
    .reduce<DeviceReport | null>((best, other) => ((other.samplesPerSecond ?? 0) > (best?.samplesPerSecond ?? 0) ? other : best), null)
}
