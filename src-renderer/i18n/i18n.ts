/** The words of the window, in English and German, switchable while it runs. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import german from './de.json'
import english from './en.json'

export type LanguageChoice = 'system' | 'en' | 'de'

const storageKey = 'language'

function resolve(choice: LanguageChoice): 'en' | 'de' {
  if (choice !== 'system') return choice
  return navigator.language.startsWith('de') ? 'de' : 'en'
}

function apply(language: 'en' | 'de'): void {
  document.documentElement.lang = language
}

const first = resolve((localStorage.getItem(storageKey) ?? 'system') as LanguageChoice)

// Both languages are bundled, so that this is done before the first paint.
void i18next.use(initReactI18next).init({
  resources: { en: { translation: english }, de: { translation: german } },
  lng: first,
  fallbackLng: 'en',
  initAsync: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
})
apply(first)

export function chooseLanguage(choice: LanguageChoice): void {
  localStorage.setItem(storageKey, choice)
  const language = resolve(choice)
  apply(language)
  if (i18next.language !== language) void i18next.changeLanguage(language)
}
