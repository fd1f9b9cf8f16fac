/** Shows the question that an action is waiting on. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { answerQuestion, useQuestions } from '../../state/questions'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'

export function QuestionDialog(): ReactNode {
  const { t } = useTranslation()
  const pending = useQuestions((state) => state.pending)
  if (pending === null) return null
  const { titleKey, bodyKey, values, details, choices } = pending.question
  const actions = (
    <>
      <Button onClick={() => answerQuestion(null)}>{t('cancel')}</Button>
      {choices.map(({ answer, labelKey, kind }) => (
        <Button key={answer} kind={kind} autoFocus={kind === 'primary'} onClick={() => answerQuestion(answer)}>
          {t(labelKey)}
        </Button>
      ))}
    </>
  )
  return (
    <Dialog title={t(titleKey, values)} body={t(bodyKey, values)} actions={actions} onClose={() => answerQuestion(null)}>
      {details.length > 0 && <pre className="dialog-details">{details.join('\n')}</pre>}
    </Dialog>
  )
}
