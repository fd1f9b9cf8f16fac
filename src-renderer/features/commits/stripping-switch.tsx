/** Whether outputs of notebooks stay out of commits, for this repository and every git on this computer. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { OutputStripping } from '@shared/contract/commits'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { Switch } from '../../ui/switch'

export function StrippingSwitch(): ReactNode {
  const { t } = useTranslation()
  const [state, setState] = useState<OutputStripping | null>(null)
  useEffect(() => void api.call('commits.stripping', {}).then(setState, () => setState(null)), [])
  if (state === null) return null
  return (
    <div className="card empty-card">
      <Switch
        label={t('commits.stripping.label')}
        hint={state.otherFilter === null ? t('commits.stripping.explained') : t('commits.stripping.other', { filter: state.otherFilter })}
        isOn={state.isOn}
        disabled={state.otherFilter !== null}
        onChange={(isOn) => void api.call('commits.setStripping', { isOn }).then(setState, reportError)}
      />
    </div>
  )
}
