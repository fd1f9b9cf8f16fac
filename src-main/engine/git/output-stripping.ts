/**
 * Whether outputs of notebooks stay out of commits. A clean filter in the repository's own configuration, because every git on this
 * computer must see the same: stripped only by this app, the notebook would stay "modified" for ever, block each pull and switch,
 * and a commit in a terminal would bring the outputs back. For the same reason it is no setting of a committed file, which would say
 * "on" in a clone where no git does it. The filter is a program of Perl, which git brings along or needs itself, written into the
 * configuration as a whole: it goes where the repository goes, and works without this app. Working files keep their outputs.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { OutputStripping } from '@shared/contract/commits'
import { writeFileAtomically } from '../platform/atomic-file'
import type { OpenRepository } from './open-repository'
import type { RepositoryWork } from './repository-work'

export type OutputStrippingService = {
  state(): Promise<OutputStripping>
  /** Throws git/exists (another filter has the notebooks), tool/missing (no Perl), workspace/untrusted. */
  set(isOn: boolean): Promise<OutputStripping>
}

const filterName = 'fastflow-outputs'
const attributesLine = `*.ipynb filter=${filterName}`

/**
 * Walks through the JSON and replaces the values of `outputs` and `execution_count` of each cell; every other byte stays. What is no
 * JSON passes as it is. Without single quotes: the shell has it in such.
 */
const program = [
  'binmode STDIN; binmode STDOUT; undef $/; $_ = <STDIN>; $_ = "" unless defined;',
  'my ($out, $done, $last, $at, $ok, @s) = ("", 0, "", -1, scalar /^\\s*\\{/); pos = 0;',
  'while ($ok) { /\\G\\s+/gc; last if pos == length;',
  'if (/\\G"/gc) { my $b = pos; 1 while /\\G(?:[^"\\\\]+|\\\\.)/gcs; $last = substr $_, $b, pos() - $b; $ok = /\\G"/gc }',
  'elsif (/\\G([{\\[])/gc) { push @s, [$1, ""] }',
  'elsif (/\\G:/gc) { $ok = @s; next unless $ok; $s[-1][1] = $last; if (@s == 3 && $s[0][0] eq "{" && $s[0][1] eq "cells" && $s[1][0] eq "[" && $last =~ /^(?:outputs|execution_count)$/) { /\\G\\s+/gc; $at = pos } }',
  'elsif (/\\G([,}\\]])/gc) { my $c = $1; if (@s == 3 && $at >= 0) { my $v = substr $_, $at, pos() - 1 - $at; $v =~ s/\\s+$//; my $n = $s[2][1] eq "outputs" ? ($v =~ /^\\[/ ? "[]" : $v) : ($v =~ /^\\d+$/ ? "null" : $v);',
  '$out .= substr($_, $done, $at - $done) . $n; $done = $at + length $v; $at = -1 }',
  'if ($c ne ",") { my $o = pop @s; $ok = $o && $o->[0] eq ($c eq "}" ? "{" : "[") } }',
  'else { $ok = /\\G[^\\s\\[\\]{},:"]+/gc } }',
  'print $ok && !@s ? $out . substr($_, $done) : $_',
].join(' ')

const filterCommand = `perl -e '${program}'`

const sample = '{"cells": [{"cell_type": "code", "execution_count": 1, "outputs": [{"text": "x"}], "source": ""}]}\n'
const sampleStripped = '{"cells": [{"cell_type": "code", "execution_count": null, "outputs": [], "source": ""}]}\n'

export function createOutputStripping(work: RepositoryWork): OutputStrippingService {
  const look = async (opened: OpenRepository): Promise<OutputStripping> => {
    const [current, filter] = await Promise.all([
      opened.client.run(['config', '--local', '--get', `filter.${filterName}.clean`], { ok: [0, 1] }),
      opened.client.read(['-C', opened.root, 'check-attr', '-z', 'filter', '--', 'probe.ipynb']),
    ])
    const name = filter.split('\0')[2] ?? 'unspecified'
    const isOurs = name === filterName
    return { isOn: isOurs && current.exitCode === 0, otherFilter: isOurs || name === 'unspecified' || name === 'unset' ? null : name }
  }

  const turnOn = async (opened: OpenRepository): Promise<void> => {
    const { client } = opened
    const { otherFilter } = await look(opened)
    if (otherFilter !== null) throw new AppError('git/exists', `Notebooks of this repository go through the filter "${otherFilter}" already (.gitattributes); two cannot be.`, { filter: otherFilter })
    await client.run(['config', '--local', `filter.${filterName}.clean`, filterCommand])
    await writeAttributes(opened, (lines) => [...lines, attributesLine])
    // Asks git itself whether it does what it was told: another git, or no Perl, would keep the outputs without a word.
    const ask = (text: string, ...options: string[]): Promise<string> => client.read(['-C', opened.root, 'hash-object', '--stdin', ...options], { input: text })
    if ((await ask(sample, '--path=probe.ipynb')) === (await ask(sampleStripped, '--no-filters'))) return
    await turnOff(opened)
    throw new AppError('tool/missing', 'git found no Perl, which strips the outputs. Install it, then try again.', { tool: 'perl' })
  }

  return {
    state: async () => look(await work.open()),
    set: (isOn) =>
      work.change(async (opened) => {
        await (isOn ? turnOn(opened) : turnOff(opened))
        return look(opened)
      }),
  }
}

async function turnOff(opened: OpenRepository): Promise<void> {
  await writeAttributes(opened, (lines) => lines)
  await opened.client.run(['config', '--local', '--remove-section', `filter.${filterName}`], { ok: [0, 128] })
}

async function writeAttributes({ commonDir }: OpenRepository, change: (others: string[]) => string[]): Promise<void> {
  const file = join(commonDir, 'info', 'attributes')
  await mkdir(join(commonDir, 'info'), { recursive: true })
  const before = await readFile(file, 'utf8').catch(() => '')
  const others = before.split('\n').filter((line) => line !== attributesLine)
  if (others.at(-1) === '') others.pop()
  const after = change(others).map((line) => `${line}\n`).join('')
  if (after !== before) await writeFileAtomically(file, Buffer.from(after))
}
