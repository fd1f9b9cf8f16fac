/** A tooltip that also shows the keys of an action. */
import { Tooltip } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

export function Tip({ text, keys, children }: { text: string; keys?: string | undefined; children: ReactElement }): ReactNode {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={5} collisionPadding={8}>
          {text}
          {keys !== undefined && keys !== '' && (
            <>
              {' '}
              <kbd>{keys}</kbd>
            </>
          )}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

export const TipProvider = Tooltip.Provider
