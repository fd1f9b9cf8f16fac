/** A modal question: title, text, and buttons given by the caller. Escape and the outside close it. */
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

type DialogProps = { title: string; body: string; children: ReactNode; actions: ReactNode; onClose: () => void; isWide?: boolean }

export function Dialog({ title, body, children, actions, onClose, isWide = false }: DialogProps): ReactNode {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-overlay" />
        <Radix.Content className={`dialog ${isWide ? 'wide' : ''}`}>
          <Radix.Title>{title}</Radix.Title>
          <Radix.Description className="dialog-body">{body}</Radix.Description>
          {children}
          <div className="dialog-actions">{actions}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
