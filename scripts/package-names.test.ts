import { expect, test } from 'vitest'
import { isInstallPossible, missingLibraries, packagesOfLibraries, parseOsRelease, probeOf } from './package-names.mjs'

test('missing libraries are read from what ldd says', () => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffc)',
    '\tlibgtk-3.so.0 => not found',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
    '\tlibasound.so.2 => not found',
  ]
  expect(missingLibraries(output.join('\n'))).toEqual(['libgtk-3.so.0', 'libasound.so.2'])
  expect(missingLibraries('\tstatically linked')).toEqual([])
})

test.each([
  ['libgtk-3.so.0', 'libgtk-3-0'],
  ['libnssutil3.so', 'libnss3'],
  ['libsmime3.so', 'libnss3'],
  ['libnspr4.so', 'libnspr4'],
  ['libasound.so.2', 'libasound2'],
  ['libgbm.so.1', 'libgbm1'],
  ['libcups.so.2', 'libcups2'],
  ['libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0'],
  ['libatk-1.0.so.0', 'libatk1.0-0'],
  ['libatspi.so.0', 'libatspi2.0-0'],
  ['libxkbcommon.so.0', 'libxkbcommon0'],
  ['libdrm.so.2', 'libdrm2'],
  ['libX11.so.6', 'libx11-6'],
  ['libxcb.so.1', 'libxcb1'],
  ['libXcomposite.so.1', 'libxcomposite1'],
  ['libXdamage.so.1', 'libxdamage1'],
  ['libXext.so.6', 'libxext6'],
  ['libXrandr.so.2', 'libxrandr2'],
  ['libpango-1.0.so.0', 'libpango-1.0-0'],
  ['libglib-2.0.so.0', 'libglib2.0-0'],
])('on Debian 12, %s is in %s', (library, packageName) => {
  const debian12 = new Set(['libasound2', 'libgtk-3-0', 'libcups2', 'libatk-bridge2.0-0'])
  expect(packagesOfLibraries([library], debian12)).toEqual([packageName])
})

test('newer releases that renamed a package get the new name', () => {
  const ubuntu24 = new Set(['libgtk-3-0t64', 'libasound2t64', 'libcups2t64'])
  expect(packagesOfLibraries(['libgtk-3.so.0', 'libasound.so.2', 'libcups.so.2'], ubuntu24)).toEqual(['libgtk-3-0t64', 'libasound2t64', 'libcups2t64'])
})

test('two libraries of one package are one package', () => {
  expect(packagesOfLibraries(['libnss3.so', 'libsmime3.so'], new Set())).toEqual(['libnss3'])
})

test('a distribution is known by itself and by its descent', () => {
  expect(parseOsRelease('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n')).toEqual(['linuxmint', 'ubuntu', 'debian'])
})

test('packages are installed only by root on Debian and its descendants', () => {
  expect(isInstallPossible(['debian'], 0)).toBe(true)
  expect(isInstallPossible(['linuxmint', 'ubuntu'], 0)).toBe(true)
  expect(isInstallPossible(['debian'], 1000)).toBe(false)
  expect(isInstallPossible(['fedora'], 0)).toBe(false)
  expect(isInstallPossible([], undefined)).toBe(false)
})

test('a package without a known way to find it is a mistake of ours', () => {
  expect(() => probeOf('emacs')).toThrow('emacs')
})
