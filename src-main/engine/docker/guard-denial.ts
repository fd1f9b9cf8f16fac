/**
 * What the guard answers when it does not forward a request. A denial is thrown inside the guard and never leaves it: the
 * client gets JSON `{ message, reason }`, where `message` is for people and `reason` for code (docker/errors.ts).
 */
const statusByReason = {
  /** N1-N5: the form of the request. */
  uri: 400,
  path: 400,
  version: 400,
  header: 400,
  upgrade: 400,
  query: 400,
  http: 400,
  timeout: 408,
  /** N6: bodies. */
  body: 400,
  'body-size': 413,
  'content-type': 415,
  utf8: 400,
  json: 400,
  key: 403,
  type: 403,
  /** What the request is about. */
  route: 403,
  id: 400,
  'not-ours': 404,
  image: 403,
  volume: 403,
  'volume-foreign': 409,
  'volume-missing': 404,
  /** C4: fields of a new container. */
  cmd: 403,
  env: 403,
  user: 403,
  workdir: 403,
  label: 403,
  tty: 403,
  attach: 403,
  network: 403,
  range: 403,
  swap: 403,
  capdrop: 403,
  secopt: 403,
  rootfs: 403,
  init: 403,
  tmpfs: 403,
  log: 403,
  mount: 403,
  bind: 403,
  helper: 403,
} as const

export type DenialReason = keyof typeof statusByReason
export type Denial = Error & { denialReason: DenialReason }

export function deny(reason: DenialReason, message: string): never {
  throw Object.assign(new Error(message), { denialReason: reason })
}

export function isDenial(error: unknown): error is Denial {
  return error instanceof Error && 'denialReason' in error
}

export function denialStatus(denial: Denial): number {
  return statusByReason[denial.denialReason]
}
