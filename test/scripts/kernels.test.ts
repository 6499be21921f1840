import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generate, generatedPath, kernels } from '../../scripts/kernels.ts'

test('there are kernels', () => expect(kernels.length).toBeGreaterThan(1))

test.each(kernels)('%s is what the sources import (else: npm run kernels)', async (kernel) => {
  expect(readFileSync(generatedPath(kernel), 'utf8')).toBe(await generate(kernel))
})
