import { expect, test } from 'vitest'
import { readRemoteAddress } from '../../preload/contract/remote.ts'

const token = 'a'.repeat(40) + '-_1'

test('the address that a server printed is taken as it is, and what does not belong to it left out', () => {
  for (const origin of ['http://127.0.0.1:4173', 'http://localhost:4173', 'http://[::1]:4173', 'https://gpu.example:8443']) {
    expect(readRemoteAddress(` ${origin}/#token=${token}\n`)).toMatchObject({
      origin, token, url: `${origin}/#token=${token}`,
      plain: false,
    })
  }
  expect(readRemoteAddress(`http://10.0.0.2:4173/x?y#token=${token}&z=1`)).toMatchObject({
    host: '10.0.0.2', url: `http://10.0.0.2:4173/#token=${token}`,
    plain: true,
  })
})

test('what is no such address is told', () => {
  for (const text of [
    '',
    'gpu.example',
    `javascript:alert(1)#token=${token}`,
    `file:///etc#token=${token}`,
    `http://me:secret@gpu.example/#token=${token}`,
  ]) {
    expect(readRemoteAddress(text)).toEqual({
      problem: expect.stringContaining('whole address') as string,
    })
  }
  for (const text of [
    'http://127.0.0.1:4173',
    'http://127.0.0.1:4173/#token=',
    'http://127.0.0.1:4173/#token=short',
    'http://127.0.0.1:4173/#/training',
  ]) {
    expect(readRemoteAddress(text)).toEqual({
      problem: expect.stringContaining('#token=') as string,
    })
  }
})
