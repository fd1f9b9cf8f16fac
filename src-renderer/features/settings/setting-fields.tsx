/** The two kinds of setting: a text and a choice. */
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Settings, defaultSettings } from '@shared/contract/settings'
import { Button } from '../../ui/button'
import { saveSetting } from './setting-actions'
import { settingProblem } from './setting-validation'

type TextName = { [K in keyof Settings]: string extends Settings[K] ? K : never }[keyof Settings] | 'stopGraceSeconds'

function parse(name: TextName, text: string): string | number {
  return name === 'stopGraceSeconds' ? (text.trim() === '' ? Number.NaN : Number(text)) : text.trim()
}

export function SettingText({ name, value, isShort = false }: { name: TextName; value: string | number; isShort?: boolean }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [text, setText] = useState(String(value))
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => setText(String(value)), [value])

  const parsed = parse(name, text)
  const problem = settingProblem(name, parsed) ?? refusal
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
          placeholder={t(`settings.${name}.placeholder`)}
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
