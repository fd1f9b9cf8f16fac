/** Drop-down menus. */
import { DropdownMenu } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

type MenuItemProps = { icon?: ReactNode; keys?: string; disabled?: boolean; onSelect: () => void; children: ReactNode }

export function MenuItem({ icon, keys, disabled = false, onSelect, children }: MenuItemProps): ReactNode {
  return (
    <DropdownMenu.Item className="menu-item" disabled={disabled} onSelect={onSelect}>
      {icon}
      <span className="truncate">{children}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </DropdownMenu.Item>
  )
}

export function MenuLabel({ children }: { children: ReactNode }): ReactNode {
  return <DropdownMenu.Label className="menu-label">{children}</DropdownMenu.Label>
}

export function MenuSeparator(): ReactNode {
  return <DropdownMenu.Separator className="menu-separator" />
}
