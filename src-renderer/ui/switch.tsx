/** On or off, with what that means. Takes effect at once. */
import { type ReactNode, useId } from 'react'

type SwitchProps = { label: string; hint: string; isOn: boolean; disabled?: boolean; onChange: (isOn: boolean) => void }

export function Switch({ label, hint, isOn, disabled = false, onChange }: SwitchProps): ReactNode {
  const id = useId()
  return (
    <div className="switch-line">
      <button type="button" id={id} className="switch" role="switch" aria-checked={isOn} aria-describedby={`${id}-hint`} disabled={disabled} onClick={() => onChange(!isOn)} />
      <div className="switch-text">
        <label htmlFor={id}>{label}</label>
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      </div>
    </div>
  )
}
