/** Questions that an action has to ask before it goes on. One at a time; the dialog in features/palette shows it. */
import { create } from 'zustand'

export type Choice<A extends string = string> = { answer: A; labelKey: string; kind: 'primary' | 'danger' | 'plain' }

export type Question<A extends string = string> = {
  titleKey: string
  bodyKey: string
  values: Record<string, string | number>
  /** Lines in the speech of a tool, shown as they are. */
  details: readonly string[]
  choices: readonly Choice<A>[]
}

type Pending = { question: Question; resolve: (answer: string | null) => void }

export const useQuestions = create<{ pending: Pending | null }>(() => ({ pending: null }))

/** Resolves with the choice, or null when the user thought better of it (Escape, Cancel). */
export function ask<A extends string>(question: Question<A>): Promise<A | null> {
  return new Promise((resolve) => {
    useQuestions.getState().pending?.resolve(null)
    useQuestions.setState({ pending: { question, resolve: (answer) => resolve(question.choices.find((choice) => choice.answer === answer)?.answer ?? null) } })
  })
}

export function answerQuestion(answer: string | null): void {
  const { pending } = useQuestions.getState()
  useQuestions.setState({ pending: null })
  pending?.resolve(answer)
}
