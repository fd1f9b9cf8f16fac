/** A list of the Changes page that opens: its name, how many there are, and what makes one more. */
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'

export function GitSection({ title, count, action, children }: { title: string; count: number; action: ReactNode; children: ReactNode }): ReactNode {
  const [isOpen, setIsOpen] = useState(false)
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <section aria-label={title} className="git-section">
      <div className="git-section-head">
        <h2>
          <button type="button" className="skipped-head" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            <Chevron size={14} aria-hidden />
            {title} ({count})
          </button>
        </h2>
        {action}
      </div>
      {isOpen && children}
    </section>
  )
}
