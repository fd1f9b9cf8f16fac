/** "Run with…": a run configuration and variables for one run, or the body of a webhook call. */
import { Plus, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button, IconButton } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { jsonProblem } from './json-problem'
import { startRunFromDialog, startWebhook } from './run-actions'
import { RunConfigOverrides } from './run-config-overrides'
import { chosenConfig, closeRunWith, environmentOf, initialValues, type RunWithValues, typeRunWith, useRunWith, variableProblems } from './run-with-state'

type PartProps = { pipeline: Pipeline; values: RunWithValues }

function ConfigField({ pipeline, values }: PartProps): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const chosen = chosenConfig(pipeline.runConfigs, values.runConfigId)
  if (pipeline.runConfigs.length === 0) return null
  return (
    <div className="field">
      <label htmlFor={id}>{t('runWith.config')}</label>
      <select id={id} className="input" value={chosen?.id ?? ''} onChange={(event) => typeRunWith(pipeline.name, { runConfigId: event.target.value === '' ? null : event.target.value })}>
        <option value="">{t('runWith.base')}</option>
        {[...new Set(pipeline.runConfigs.map(({ id: config }) => config))].map((config) => (
          <option key={config}>{config}</option>
        ))}
      </select>
      {chosen !== null && <RunConfigOverrides config={chosen} />}
    </div>
  )
}

function VariableFields({ pipeline, values }: PartProps): ReactNode {
  const { t } = useTranslation()
  const { variables } = values
  const problems = variableProblems(variables)
  const change = (next: RunWithValues['variables']): void => typeRunWith(pipeline.name, { variables: next })
  return (
    <fieldset className="field run-with-variables">
      <legend>{t('runWith.variables')}</legend>
      {variables.map((variable, at) => (
        <div key={at} className="run-with-row">
          <input
            className="input mono"
            aria-label={t('runWith.name', { number: at + 1 })}
            placeholder="NAME"
            spellCheck={false}
            autoComplete="off"
            autoFocus={at === variables.length - 1}
            aria-invalid={problems[at] !== null}
            value={variable.name}
            onChange={(event) => change(variables.map((old, index) => (index === at ? { ...old, name: event.target.value } : old)))}
          />
          <input
            className="input mono"
            aria-label={t('runWith.value', { number: at + 1 })}
            spellCheck={false}
            autoComplete="off"
            value={variable.value}
            onChange={(event) => change(variables.map((old, index) => (index === at ? { ...old, value: event.target.value } : old)))}
          />
          <IconButton label={t('runWith.remove', { number: at + 1 })} icon={<X size={14} />} onClick={() => change(variables.length === 1 ? initialValues.variables : variables.filter((_old, index) => index !== at))} />
          {problems[at] != null && <p className="tone-danger run-with-problem">{t(`runWith.problem.${problems[at]}`)}</p>}
        </div>
      ))}
      <div>
        <Button small kind="quiet" icon={<Plus size={13} />} onClick={() => change([...variables, { name: '', value: '' }])}>
          {t('runWith.add')}
        </Button>
      </div>
    </fieldset>
  )
}

function BodyField({ pipeline, values }: PartProps): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const problem = useMemo(() => jsonProblem(values.body), [values.body])
  return (
    <div className="field">
      <label htmlFor={id}>{t('runWith.body')}</label>
      <textarea id={id} className="input mono run-with-body" rows={9} spellCheck={false} aria-invalid={problem !== null} aria-describedby={`${id}-hint`} value={values.body} onChange={(event) => typeRunWith(pipeline.name, { body: event.target.value })} />
      <p id={`${id}-hint`} className="muted field-remarks">
        {t('runWith.bodyHint')}
      </p>
      <p className="tone-danger run-with-problem" role="status">
        {problem !== null && t('runWith.notJson', problem)}
      </p>
    </div>
  )
}

function RunWithForm({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const values = useRunWith((state) => state.typed[pipeline.name]) ?? initialValues
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isStarting, setIsStarting] = useState(false)
  const isWrong = values.mode === 'start' ? variableProblems(values.variables).some((problem) => problem !== null) : jsonProblem(values.body) !== null

  async function start(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (isWrong || isStarting) return
    const runConfigId = chosenConfig(pipeline.runConfigs, values.runConfigId)?.id ?? null
    setIsStarting(true)
    const refused = await (values.mode === 'start'
      ? startRunFromDialog(pipeline.name, { runConfigId, env: environmentOf(values.variables) }, closeRunWith)
      : startWebhook(pipeline.name, runConfigId, values.body))
    setIsStarting(false)
    setRefusal(refused)
    if (refused === null) closeRunWith()
  }

  const actions = (
    <>
      <Button onClick={closeRunWith}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={isWrong || isStarting}>
        {t('run.button')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('runWith.title', { pipeline: pipeline.name })} body={t(`runWith.explained.${values.mode}`)} actions={actions} onClose={closeRunWith}>
      <form id={id} className="form" autoComplete="off" onSubmit={(event) => void start(event)}>
        <div className="segmented run-with-mode" role="group" aria-label={t('runWith.mode')}>
          {(['start', 'webhook'] as const).map((mode) => (
            <button key={mode} type="button" aria-pressed={values.mode === mode} onClick={() => { setRefusal(null); typeRunWith(pipeline.name, { mode }) }}>
              {t(`runWith.${mode}`)}
            </button>
          ))}
        </div>
        <ConfigField pipeline={pipeline} values={values} />
        {values.mode === 'start' ? <VariableFields pipeline={pipeline} values={values} /> : <BodyField pipeline={pipeline} values={values} />}
        {refusal !== null && (
          <p className="tone-danger selectable" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}

export function RunWithDialog(): ReactNode {
  const name = useRunWith((state) => state.pipeline)
  const pipeline = useEngineMirror((mirror) => mirror.catalog?.pipelines.find((known) => known.name === name))
  return pipeline === undefined ? null : <RunWithForm key={pipeline.name} pipeline={pipeline} />
}
