import { fullFraming } from '../../datasets/framing.ts'
import type { Filter } from '../../events/schema.ts'
import type { ModelMetadata } from '../metadata.ts'

const quoted = (text: string): string => JSON.stringify(text)

/** samples/cpp/model.hpp: what model.json says, so that no JSON has to be read. */
export function cppHeader(metadata: ModelMetadata, states: ModelMetadata['states']): string {
  return `// Made by Saccade: what model.json says.
#pragma once
#include "settings.hpp"

inline const Model model${cppModel(metadata, states)};
`
}

/** The members of samples/cpp/settings.hpp's Model. */
export function cppModel({ labels, framing, filters, shape, normalization }: Pick<ModelMetadata, 'labels' | 'framing' | 'filters' | 'shape' | 'normalization'>, states: ModelMetadata['states'] = []): string {
  const { timesteps, splitBy, blockUs, remainder, representation, tau, normalize, resize, resizing } = fullFraming(framing)
  return `{
  /* labels */ {${labels.map(quoted).join(', ')}},
  /* shape */ {${shape.join(', ')}},
  /* takes_pictures */ ${normalization !== undefined},
  /* timesteps, split_by, block_us */ ${timesteps}, "${splitBy}", ${blockUs},
  /* keeps_remainder */ ${remainder === 'last' && splitBy !== 'duration'},
  /* representation, tau */ "${representation}", ${tau},
  /* divides_by_maximum */ ${normalize === 'max'},
  /* resizes, resizes_8_bit */ ${resize !== null}, ${resizing === 'uint8'},
  /* filters */ {${filters.map(filterOf).join(', ')}},
  /* states */ {${states.map(({ input, output, shape: size }) => `{${quoted(input)}, ${quoted(output)}, {${size.join(', ')}}}`).join(', ')}},
}`
}

/** Settings that are words become the choice, numbers and switches numbers; what is null is left out. */
function filterOf(filter: Filter): string {
  const { type, ...settings } = filter
  const entries = Object.entries(settings)
  const choice = entries.find(([, value]) => typeof value === 'string')?.[1] as string | undefined
  const pixels = filter.type === 'hot-pixels' ? filter.pixels : null
  // Pixels that are listed are not learned.
  const numbers = pixels ? [] : entries.filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
  return `{"${type}", "${choice ?? ''}", {${numbers.map(([key, value]) => `{"${key}", ${Number(value)}}`).join(', ')}}, {${(pixels ?? []).map((pixel) => `{${pixel.join(', ')}}`).join(', ')}}}`
}
