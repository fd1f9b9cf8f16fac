/** The button of the whole window. An icon button has its name as tooltip and for screen readers. */
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Tip } from './tooltip'

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  small?: boolean
  icon?: ReactNode
  children: ReactNode
}

export function Button({ kind = 'plain', small = false, icon, children, className = '', ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" {...rest} className={`button ${kind} ${small ? 'small' : ''} ${className}`}>
      {icon}
      {children}
    </button>
  )
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & { label: string; keys?: string | undefined; icon: ReactNode; small?: boolean }

export function IconButton({ label, keys, icon, small = true, className = '', ...rest }: IconButtonProps): ReactNode {
  return (
    <Tip text={label} keys={keys}>
      <button type="button" aria-label={label} {...rest} className={`button quiet icon ${small ? 'small' : ''} ${className}`}>
        {icon}
      </button>
    </Tip>
  )
}
