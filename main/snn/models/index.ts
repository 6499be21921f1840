import type { NetworkPresetValue } from './preset.ts'
import { small } from './small.ts'
import { snn5 } from './snn5.ts'
import { vggsnn } from './vggsnn.ts'

/** Every network by name, the first is the default. A new network is one file and its line here. */
export const networkPresets: readonly NetworkPresetValue[] = [small, snn5, vggsnn]
