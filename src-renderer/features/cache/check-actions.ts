/** Asks the engine to check and repair the cache. What comes of it arrives as events. */
import type { TFunction } from 'i18next'
import type { CacheCheckState, CacheDamage } from '@shared/contract/cache-check'
import { api } from '../../api'
import { openPage } from '../../state/layout'
import { reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { byteText } from '../../ui/format'
import { damagedPackages } from './check-text'

async function call(name: 'cache.repair' | 'cache.cancelCheck'): Promise<void> {
  try {
    await api.call(name, {})
  } catch (error) {
    reportError(error)
  }
}

export async function checkCache(isFull: boolean): Promise<void> {
  openPage('cache')
  try {
    await api.call('cache.check', { isFull })
  } catch (error) {
    reportError(error)
  }
}

export const cancelCheck = (): Promise<void> => call('cache.cancelCheck')

const mostLines = 12

/** Shows first what would go, in names and bytes. */
export async function repairCache({ damage, foreign, left }: CacheCheckState, t: TFunction, language: string): Promise<void> {
  const packages = damagedPackages(damage)
  const lineOf = ({ name, version, bytes }: Pick<CacheDamage, 'name' | 'version' | 'bytes'>): string => `${name === '' ? t('cache.check.unknown') : `${name} ${version}`}  ${byteText(bytes, language)}`
  const details = [
    ...packages.slice(0, mostLines).map(lineOf),
    ...(packages.length > mostLines ? [t('cache.check.repairMore', { count: packages.length - mostLines })] : []),
    ...(foreign === null ? [] : [t('cache.check.repairForeign', { count: foreign.count })]),
    ...(left.bytes === 0 ? [] : [t('cache.check.repairLeft', { size: byteText(left.bytes, language) })]),
  ]
  const answer = await ask({
    titleKey: 'cache.check.repairTitle',
    bodyKey: packages.length === 0 ? 'cache.check.repairNothing' : 'cache.check.repairText',
    values: {},
    details,
    choices: [{ answer: 'repair', labelKey: 'cache.check.repairConfirm', kind: 'primary' }],
  })
  if (answer !== null) await call('cache.repair')
}
