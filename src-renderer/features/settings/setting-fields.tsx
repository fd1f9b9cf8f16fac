/** The kinds of setting: a text or a number, a choice, and a switch. */
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Settings, defaultSettings } from '@shared/contract/settings'
import { Button } from '../../ui/button'
import { Switch } from '../../ui/switch'
import { saveSetting } from './setting-actions'
import { numberRange, parseNumber, settingProblem } from './setting-validation'

type NamesOf<T> = { [K in keyof Settings]: T extends Settings[K] ? K : never }[keyof Settings]
type SettingTextProps = {
  name: NamesOf<string> | NamesOf<number>
  value: string | number
  isShort?: boolean
  /** What the saved value amounts to, for example 1 h 30 min. */
  meaning?: string | undefined
}

export function SettingText({ name, value, isShort = false, meaning }: SettingTextProps): ReactNode {
  const { t, i18n } = useTranslation()
  const id = useId()
  const [text, setText] = useState(String(value))
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => setText(String(value)), [value])

  const localNumber = (number: number): string => number.toLocaleString(i18n.language)
  const isNumber = typeof value === 'number'
  const parsed = isNumber ? parseNumber(text) : text.trim()
  const unusable = settingProblem(name, parsed)
  const range = numberRange(name)
  // The contract's words for a number out of bounds are for programmers.
  const words = unusable === null || range === null ? unusable : t('settings.range', { minimum: localNumber(range.minimum), maximum: localNumber(range.maximum) })
  const problem = words ?? refusal
  const isDefault = value === defaultSettings[name]

  async function save(next: string | number): Promise<void> {
    if (next === value || settingProblem(name, next) !== null) return
    setRefusal(await saveSetting({ [name]: next }))
  }

  return (
    <div className="setting">
      <label htmlFor={id}>{t(`settings.${name}.label`)}</label>
      <p className="muted" id={`${id}-hint`}>
        {t(`settings.${name}.hint`)}
      </p>
      <div className="setting-control">
        <input
          id={id}
          className={`input ${isShort ? 'short' : ''}`}
          spellCheck={false}
          value={text}
          inputMode={isNumber ? 'numeric' : 'text'}
          placeholder={isNumber ? String(defaultSettings[name]) : t(`settings.${name}.placeholder`)}
          aria-describedby={`${id}-hint ${id}-problem`}
          aria-invalid={problem !== null}
          onChange={(event) => {
            setText(event.target.value)
            setRefusal(null)
          }}
          onBlur={() => void save(parsed)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void save(parsed)
            if (event.key === 'Escape') setText(String(value))
          }}
        />
        {meaning !== undefined && <span className="setting-meaning">{meaning}</span>}
        {!isDefault && (
          <Button small kind="quiet" onClick={() => void save(defaultSettings[name])}>
            {t('settings.reset')}
          </Button>
        )}
      </div>
      <p id={`${id}-problem`} className="setting-problem tone-danger" role="alert">
        {problem !== null && t('settings.invalid', { problem })}
      </p>
    </div>
  )
}

type ChoiceName = 'theme' | 'language'

export function SettingChoice<K extends ChoiceName>({ name, values, value }: { name: K; values: readonly Settings[K][]; value: Settings[K] }): ReactNode {
  const { t } = useTranslation()
  const words = (part: string): string => t(`settings.${String(name)}.${part}`)
  return (
    <fieldset className="setting">
      <legend>{words('label')}</legend>
      <p className="muted">{words('hint')}</p>
      <div className="segmented">
        {values.map((choice) => (
          <label key={choice} className={choice === value ? 'checked' : ''}>
            <input type="radio" className="visually-hidden" name={name} checked={choice === value} onChange={() => void saveSetting({ [name]: choice })} />
            {words(choice)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export function SettingSwitch({ name, value }: { name: 'standbyContainer' | 'askIndexEveryRun' | 'preheatAtStart' | 'preheatAfterEdit' | 'preheatAfterSync'; value: boolean }): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="setting">
      <Switch label={t(`settings.${name}.label`)} hint={t(`settings.${name}.hint`)} isOn={value} onChange={(isOn) => void saveSetting({ [name]: isOn })} />
    </div>
  )
}
