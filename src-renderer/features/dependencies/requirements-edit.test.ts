import { describe, expect, it } from 'vitest'
import { asksFor, withRequirement, withoutRequirement } from './requirements-edit'

const text = '# ours\nrequests==2.19.0\nPyYAML[fast] >= 6 ; python_version > "3.8"  # for the config\nsix\n'

describe('the text of requirements', () => {
  it.each([['requests', true], ['pyyaml', true], ['SIX', true], ['request', false], ['ours', false], ['python-version', false]])('asks for %s: %s', (name, asked) => expect(asksFor(text, name)).toBe(asked))

  it.each([
    ['', 'six\n'],
    ['requests', 'requests\nsix\n'],
    ['requests\n', 'requests\nsix\n'],
    ['requests\r\nattrs\r\n', 'requests\r\nattrs\r\nsix\r\n'],
  ])('gets a line more at its end: %j', (before, after) => expect(withRequirement(before, 'six')).toBe(after))

  it('loses the line of a package and keeps all others as they are', () => {
    expect(withoutRequirement(text, 'pyyaml')).toBe('# ours\nrequests==2.19.0\nsix\n')
    expect(withoutRequirement('a==1 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\nb\r\n', 'a')).toBe('b\r\n')
    expect(withoutRequirement(text, 'attrs')).toBe(text)
  })
})
