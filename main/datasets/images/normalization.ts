import type { Normalization } from '../schema.ts'

/**
 * Mean and standard deviation per channel of pictures in 0..1, as the papers' code has them (TET data_loaders.py, TRT, torchvision's
 * ImageNet recipe, the usual MNIST examples).
 */
export const normalizations = {
  cifar10: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201], source: 'CIFAR-10, as TET and TRT' },
  cifar100: { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761], source: 'CIFAR-100, as TET and TRT' },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], source: 'ImageNet, as torchvision' },
  mnist: { mean: [0.1307], std: [0.3081], source: 'MNIST training set' },
  fashion: { mean: [0.286], std: [0.353], source: 'Fashion-MNIST training set' },
  gray: { mean: [0.5], std: [0.5], source: '0..1 to -1..1' },
} as const satisfies Record<string, Normalization>

/** A writable copy, as manifests hold it. */
export function normalization(name: keyof typeof normalizations): Normalization {
  const { mean, std, source } = normalizations[name]
  return { mean: [...mean], std: [...std], source }
}
