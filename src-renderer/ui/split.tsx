/** Resizable areas whose sizes are kept. */
import type { ReactNode } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'

type SplitProps = { id: string; orientation: 'horizontal' | 'vertical'; panelIds: string[]; children: ReactNode }

export function Split({ id, orientation, panelIds, children }: SplitProps): ReactNode {
  const layout = useDefaultLayout({ id, panelIds, storage: localStorage })
  return (
    <Group id={id} orientation={orientation} defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
      {children}
    </Group>
  )
}

export const SplitPanel = Panel

export function SplitSeparator({ label }: { label: string }): ReactNode {
  return <Separator className="separator" aria-label={label} />
}
