/**
 * A field for a value that nobody should see: hidden unless asked for, several lines allowed. The text lives in the field
 * alone; what the dialog keeps of it is a handful of facts.
 */
import { Eye, EyeOff } from 'lucide-react'
import { type ReactNode, type RefObject, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'
import { type ValueFacts, factsOfValue } from './secret-value'

type SecretValueFieldProps = {
  field: RefObject<HTMLTextAreaElement | null>
  label: string
  facts: ValueFacts
  autoFocus: boolean
  onFacts: (facts: ValueFacts) => void
}

function Remarks({ facts }: { facts: ValueFacts }): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      {facts.isTooLong && <p className="tone-danger">{t('secrets.value.tooLong')}</p>}
      {facts.hasOuterSpace && <p className="tone-warn">{t('secrets.value.outerSpace')}</p>}
      {facts.isShort && <p className="tone-warn">{t('secrets.value.short')}</p>}
    </>
  )
}

export function SecretValueField({ field, label, facts, autoFocus, onFacts }: SecretValueFieldProps): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [isShown, setIsShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        <Button small kind="quiet" icon={<Icon size={13} />} aria-pressed={isShown} onClick={() => setIsShown(!isShown)}>
          {t('secrets.value.show')}
        </Button>
      </div>
      <textarea
        id={id}
        ref={field}
        className={`input secret-text ${isShown ? '' : 'concealed'}`}
        rows={3}
        // Checking the spelling can send text to a service.
        spellCheck={false}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        autoFocus={autoFocus}
        aria-describedby={`${id}-remarks`}
        aria-invalid={facts.isTooLong}
        onChange={(event) => onFacts(factsOfValue(event.target.value))}
      />
      <div id={`${id}-remarks`} className="field-remarks" role="status">
        <Remarks facts={facts} />
      </div>
    </div>
  )
}
