// @ts-check
/** Pure: which of Debian's packages brings what, and how to tell whether it is there. */

/**
 * @typedef {{ kind: 'program', program: string } | { kind: 'python-module', module: string } | { kind: 'file', file: string }
 *   | { kind: 'font' }} Probe
 */

/** @type {Record<string, Probe>} */
const probes = {
  'docker.io': { kind: 'program', program: 'dockerd' },
  iptables: { kind: 'program', program: 'iptables' },
  iproute2: { kind: 'program', program: 'ip' },
  openssl: { kind: 'program', program: 'openssl' },
  'openssh-server': { kind: 'program', program: 'sshd' },
  mmdebstrap: { kind: 'program', program: 'mmdebstrap' },
  xvfb: { kind: 'program', program: 'Xvfb' },
  python3: { kind: 'program', program: 'python3' },
  'python3-pip': { kind: 'python-module', module: 'pip' },
  'ca-certificates': { kind: 'file', file: '/etc/ssl/certs/ca-certificates.crt' },
  'fonts-dejavu-core': { kind: 'font' },
}

/** Ubuntu 24.04 and Debian 13 renamed libraries for 64-bit times: the first name that apt knows is taken. */
const libraryPackages = [
  { pattern: /^lib(gtk|gdk)-3\.so/, names: ['libgtk-3-0', 'libgtk-3-0t64'] },
  { pattern: /^lib(nss3|nssutil3|smime3|ssl3)\.so/, names: ['libnss3'] },
  { pattern: /^lib(nspr4|plc4|plds4)\.so/, names: ['libnspr4'] },
  { pattern: /^libasound\.so/, names: ['libasound2t64', 'libasound2'] },
  { pattern: /^libgbm\.so/, names: ['libgbm1'] },
  { pattern: /^libcups\.so/, names: ['libcups2', 'libcups2t64'] },
  { pattern: /^libatk-bridge-2\.0\.so/, names: ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'] },
  { pattern: /^libatk-1\.0\.so/, names: ['libatk1.0-0', 'libatk1.0-0t64'] },
  { pattern: /^libatspi\.so/, names: ['libatspi2.0-0', 'libatspi2.0-0t64'] },
  { pattern: /^libxkbcommon\.so/, names: ['libxkbcommon0'] },
  { pattern: /^libglib-2\.0|^libgio-2\.0|^libgobject-2\.0/, names: ['libglib2.0-0', 'libglib2.0-0t64'] },
  { pattern: /^libdrm\.so/, names: ['libdrm2'] },
  { pattern: /^libexpat\.so/, names: ['libexpat1'] },
  { pattern: /^libdbus-1\.so/, names: ['libdbus-1-3'] },
  { pattern: /^libcairo\.so/, names: ['libcairo2'] },
  { pattern: /^libpango-1\.0\.so/, names: ['libpango-1.0-0'] },
  { pattern: /^libudev\.so/, names: ['libudev1'] },
  { pattern: /^libX11\.so/, names: ['libx11-6'] },
  { pattern: /^libxcb\.so/, names: ['libxcb1'] },
  { pattern: /^libX(composite|damage|fixes|randr|ext|render|i|tst|ss|cursor)\.so/i, names: [] },
]

/**
 * @param {string} name
 * @returns {Probe}
 */
export function probeOf(name) {
  const probe = probes[name]
  if (!probe) throw new Error(`no probe for the package ${name}`)
  return probe
}

/** @param {string} lddOutput */
export function missingLibraries(lddOutput) {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
}

/**
 * @param {string[]} libraries
 * @param {Set<string>} known the packages that apt knows; empty where its lists were never fetched
 */
export function packagesOfLibraries(libraries, known) {
  const packages = libraries.map((library) => {
    const names = libraryPackages.find(({ pattern }) => pattern.test(library))?.names ?? []
    if (names.length === 0) return libraryNamedPackage(library)
    return names.find((name) => known.has(name)) ?? names[0] ?? library
  })
  return [...new Set(packages)]
}

/**
 * Debian's rule for everything else: libXcomposite.so.1 is in libxcomposite1.
 * @param {string} library
 */
function libraryNamedPackage(library) {
  const [, name = library, version = ''] = /^(.*?)\.so\.?(\d*)/.exec(library) ?? []
  return `${name.toLowerCase()}${/\d$/.test(name) && version ? '-' : ''}${version}`
}

/**
 * @param {string} text /etc/os-release
 * @returns {string[]} the distribution and those that it descends from
 */
export function parseOsRelease(text) {
  return [...text.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) => (match[1] ?? '').split(' '))
}

/**
 * @param {string[]} distributions
 * @param {number | undefined} userId undefined on Windows
 */
export function isInstallPossible(distributions, userId) {
  return userId === 0 && (distributions.includes('debian') || distributions.includes('ubuntu'))
}
