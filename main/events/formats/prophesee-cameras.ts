/** What a camera of this system_ID recorded before headers said it. */
export interface Camera {
  readonly sensor: string
  readonly encoding: 'EVT2' | 'EVT3'
  readonly width: number
  readonly height: number
}

const gen3: Camera = { sensor: 'Gen3', encoding: 'EVT2', width: 640, height: 480 }
const gen31: Camera = { ...gen3, sensor: 'Gen3.1' }
const gen4: Camera = { sensor: 'Gen4', encoding: 'EVT2', width: 1280, height: 720 }
const gen4Evt3: Camera = { ...gen4, encoding: 'EVT3' }
const imx636: Camera = { ...gen4Evt3, sensor: 'IMX636' }

/** By system_ID without the flag of the EVK's proxy. Source: prophesee-ai/openeb psee_raw_file_header.cpp, device_system_id.h. */
const cameras: Readonly<Record<number, Camera>> = {
  0x15: gen3,
  0x17: gen3,
  0x19: gen3,
  0x1a: gen4,
  0x1c: gen31,
  0x1d: gen3,
  0x1e: gen4Evt3,
  0x1f: gen4,
  0x21: gen3,
  0x22: gen31,
  0x23: gen31,
  0x27: { ...gen4, sensor: 'Gen4.1' },
  0x28: { ...gen31, encoding: 'EVT3' },
  0x29: gen31,
  0x2e: gen4Evt3,
  0x30: { ...gen4Evt3, sensor: 'Gen4.1' },
  0x31: imx636,
  0x32: imx636,
}
const PROXY = 0x80
const PROXIED = [0x17, 0x19, 0x21, 0x22]

/** The camera of a RAW header's system_ID (decimal); undefined where it is missing, unknown or another maker's. */
export function cameraOf(fields: ReadonlyMap<string, string>): Camera | undefined {
  const integrator = fields.get('camera_integrator_name') ?? fields.get('integrator_name') ?? 'Prophesee'
  const text = fields.get('system_id')
  if (integrator !== 'Prophesee' || text === undefined || !/^\d+$/.test(text)) return undefined
  const id = Number(text)
  return cameras[id] ?? (PROXIED.includes(id - PROXY) ? cameras[id - PROXY] : undefined)
}
