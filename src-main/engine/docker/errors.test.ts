import { describe, expect, it } from 'vitest'
import { connectionError, pullCancelled, pullError, refusalError, timeoutError, type EngineCall, type EngineRefusal } from './errors'

const starting: EngineCall = { doing: 'start', about: 'the container 0123456789ab', timeoutMs: 60_000 }
const creating: EngineCall = { doing: 'create', about: 'a container from the image worker:1', timeoutMs: 60_000 }

describe('refusals', () => {
  it.each<[string, EngineRefusal, EngineCall, string, RegExp]>([
    [
      'an image that is not there',
      { status: 404, message: 'No such image: worker:1', reason: null },
      creating,
      'docker/image-missing',
      /worker:1.*Pull the worker image/,
    ],
    [
      'an image without uv',
      { status: 400, message: 'exec: "uv": executable file not found in $PATH: unknown', reason: null },
      starting,
      'docker/image-unusable',
      /0123456789ab.*"uv".*settings/,
    ],
    [
      'an image of another architecture',
      { status: 400, message: 'exec user process caused: exec format error', reason: null },
      starting,
      'docker/image-unusable',
      /architecture/,
    ],
    [
      'a broken network',
      { status: 500, message: 'could not find bridge docker0', reason: null },
      starting,
      'docker/rejected',
      /docker0.*restart the engine/,
    ],
    ['a full disk', { status: 500, message: 'write /x: no space left on device', reason: null }, creating, 'docker/rejected', /docker system prune/],
    [
      'a folder that is not shared',
      { status: 400, message: 'invalid mount config: bind source path does not exist: /x', reason: null },
      creating,
      'docker/rejected',
      /File sharing/,
    ],
    ['anything else', { status: 500, message: '', reason: null }, starting, 'docker/rejected', /gave no reason\. Try again/],
    [
      'a proxy',
      { status: 403, message: 'The proxy before the container engine forbids POST /containers/create. Set CONTAINERS=1 POST=1 there, then try again.', reason: 'blocked' },
      creating,
      'docker/rejected',
      /Could not create a container.*forbids POST \/containers\/create.*CONTAINERS=1 POST=1/,
    ],
    [
      'the guard',
      { status: 403, message: 'body.HostConfig.Privileged is not on the guard’s list', reason: 'key' },
      creating,
      'docker/rejected',
      /guard refused to create.*Privileged.*Nothing was sent/,
    ],
    [
      'the guard, for an image',
      { status: 403, message: 'The image x is not the configured worker image.', reason: 'image' },
      creating,
      'docker/image-unusable',
      /settings/,
    ],
    [
      'the guard, for a foreign volume',
      { status: 409, message: 'The volume v exists.', reason: 'volume-foreign' },
      creating,
      'cache/volume-foreign',
      /The volume v exists/,
    ],
    [
      'an engine that is gone',
      { status: 502, message: 'The engine at x does not answer.', reason: 'unavailable' },
      starting,
      'docker/unavailable',
      /Start the container engine/,
    ],
    [
      'an engine that may not be used',
      { status: 502, message: 'This user may not.', reason: 'permission-denied' },
      starting,
      'docker/permission-denied',
      /usermod/,
    ],
    [
      'an engine that hangs',
      { status: 504, message: 'No answer within 10 s', reason: 'timeout' },
      starting,
      'docker/timeout',
      /within 10 s\. Restart/,
    ],
  ])('by %s', (_name, refusal, call, code, message) => {
    const error = refusalError(refusal, call)
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)])
    expect(error.message).toMatch(/[.!?]$/)
  })

  it('shorten what an engine says to a readable length', () => {
    expect(refusalError({ status: 500, message: 'x\n'.repeat(100_000), reason: null }, starting).message.length).toBeLessThan(1_300)
  })
})

it('tells a connection that is gone, one that is not allowed and one that hangs apart', () => {
  const coded = (code: string): Error => Object.assign(new Error(code), { code })
  expect(connectionError(coded('ECONNREFUSED'), starting)).toMatchObject({
    code: 'docker/unavailable',
    message: expect.stringContaining('(ECONNREFUSED)') as string,
  })
  expect(connectionError(coded('EACCES'), starting).code).toBe('docker/permission-denied')
  expect(timeoutError(starting)).toMatchObject({
    code: 'docker/timeout',
    message: expect.stringContaining('did not start the container 0123456789ab within 60 s') as string,
  })
})

describe('pulls that fail', () => {
  it.each([
    ['x509: certificate signed by unknown authority', /certificate authority/],
    ['manifest unknown', /name and the tag/],
    ['pull access denied for x, repository does not exist or may require docker login', /docker login/],
    ['toomanyrequests: You have reached your pull rate limit', /limits anonymous pulls/],
    ['no space left on device', /disk is full/],
    ['dial tcp: lookup registry: no such host', /npm run worker-image/],
  ])('with %s', (words, nextStep) => {
    expect(pullError('worker:1', words)).toMatchObject({
      code: 'docker/image-pull-failed',
      message: expect.stringMatching(new RegExp(`worker:1.*${nextStep.source}`)) as string,
      details: { image: 'worker:1' },
    })
  })

  it('or were cancelled', () => {
    expect(pullCancelled('worker:1').details).toEqual({ image: 'worker:1', cancelled: true })
  })
})
