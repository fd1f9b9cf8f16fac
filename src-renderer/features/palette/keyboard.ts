/** All keys of the window, from the one list of actions. */
import { actions } from './actions'
import { isInEditor } from './find-here'
import { matchesKeys } from './keys'

export function listenToKeyboard(): void {
  // Capturing: Monaco and xterm must not take F5 or Ctrl+P for themselves.
  window.addEventListener(
    'keydown',
    (event) => {
      // An open dialog has the keys: nothing is started or closed behind it.
      if (document.querySelector('.dialog') !== null) return
      const action = actions.find(({ keys }) => keys.some((chord) => matchesKeys(event, chord)))
      if (action === undefined || (action.id === 'find.here' && isInEditor())) return
      event.preventDefault()
      event.stopPropagation()
      if (action.isEnabled()) action.run()
    },
    { capture: true },
  )
}
