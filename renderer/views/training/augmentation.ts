import type { TrainingConfig } from '../../../preload/contract/index.ts'

export type Augmentation = TrainingConfig['augmentation']

/** One way to change a training sample at random: how it is set and what it does, in a line. */
export type AugmentationKind = { readonly label: string; readonly help: string } & (
  | { readonly key: 'flip' | 'resizedCrop' | 'eventDrop' | 'mix'; readonly kind: 'switch' }
  | { readonly key: 'roll' | 'crop' | 'cutout'; readonly kind: 'pixels' }
  | { readonly key: 'nda'; readonly kind: 'degrees' }
)

/** All that the trainer knows (main/datasets/augment.ts), in the order in which it draws them. */
export const augmentationKinds: readonly AugmentationKind[] = [
  {
    key: 'flip',
    kind: 'switch',
    label: 'Flip',
    help: 'Mirrors left and right with probability 1/2. Not where direction tells classes apart.',
  },
  {
    key: 'roll',
    kind: 'pixels',
    label: 'Roll',
    help: 'Shifts by up to so many pixels both ways; what leaves one side comes in on the other.',
  },
  {
    key: 'crop',
    kind: 'pixels',
    label: 'Crop with padding',
    help: 'Pads every side with so many empty pixels, then cuts the frame’s size out anywhere. CIFAR: 4.',
  },
  { key: 'cutout', kind: 'pixels', label: 'Cutout', help: 'Empties a square of this side at a random place. CIFAR: 16.' },
  {
    key: 'resizedCrop',
    kind: 'switch',
    label: 'Resized crop',
    help: 'Resizes a random part, 8 to 100 % of the area, to the whole frame. ImageNet.',
  },
  { key: 'nda', kind: 'degrees', label: 'NDA', help: 'Rolls, rotates or shears by up to so many degrees (events). DVS-CIFAR10: 30, N-Caltech101: 15.' },
  { key: 'eventDrop', kind: 'switch', label: 'Drop events', help: 'Drops events of a stretch of time, of a rectangle, or at random (EventDrop).' },
  { key: 'mix', kind: 'switch', label: 'Mix samples', help: 'Exchanges rectangles between samples of a batch, and labels with them (CutMix).' },
]

/** With one kind set; what is off is left out where it may be. */
export function augmented(augmentation: Augmentation, key: AugmentationKind['key'], value: number | boolean): Augmentation {
  const changed: Augmentation = { ...augmentation, [key]: value }
  const { flip, roll, crop = 0, cutout = 0, resizedCrop = false, nda = 0, eventDrop = false, mix = false } = changed
  return { flip, roll, ...(crop !== 0 && { crop }), ...(cutout !== 0 && { cutout }), ...(resizedCrop && { resizedCrop }), ...(nda !== 0 && { nda }), ...(eventDrop && { eventDrop }), ...(mix && { mix }) }
}

/** In a line: "flip, roll ±5 px, cutout 16 px". */
export function augmentationText({ flip, roll, crop = 0, cutout = 0, resizedCrop, nda = 0, eventDrop, mix }: Augmentation): string {
  const parts = [
    flip && 'flip',
    roll > 0 && `roll ±${roll} px`,
    crop > 0 && `crop with ${crop} px of padding`,
    cutout > 0 && `cutout ${cutout} px`,
    resizedCrop && 'resized crop',
    nda > 0 && `NDA ±${nda}°`,
    eventDrop && 'dropped events',
    mix && 'mixed samples',
  ]
  return parts.filter(Boolean).join(', ') || 'none'
}
