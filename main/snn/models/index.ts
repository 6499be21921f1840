import type { NetworkPresetValue } from './preset.ts'
import { resnet19 } from './resnet19.ts'
import { resnet34, sewResnet34 } from './resnet34.ts'
import { small } from './small.ts'
import { snn5 } from './snn5.ts'
import { vggsnnStrided } from './vggsnn-strided.ts'
import { vggsnn } from './vggsnn.ts'

/** Every network by name, the first is the default. A new network is one file and its line here. */
export const networkPresets: readonly NetworkPresetValue[] = [small, snn5, vggsnn, vggsnnStrided, resnet19, sewResnet34, resnet34]
