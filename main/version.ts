import manifest from '../package.json' with { type: 'json' }

/** Saccade's version, as written into files that it makes. */
export const VERSION: string = manifest.version
