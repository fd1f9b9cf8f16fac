/** The branch in the top bar: where it stands, and others to switch to. */
import { ArrowLeftRight, ChevronDown, GitBranch, GitBranchPlus, ListTree } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu'
import { lookAtBranches, switchTo, useGitLists } from './branch-actions'
import { openGitDialog } from './git-dialog-state'
import './git.css'

const mostShown = 12

export function BranchMenu(): ReactNode {
  const { t } = useTranslation()
  const repository = useEngineMirror((mirror) => mirror.git?.repository ?? null)
  const branches = useGitLists((lists) => lists.branches)
  if (repository === null) return null
  const { head, upstream } = repository
  const name = head.branch ?? (head.commit === null ? '' : head.commit.slice(0, 8))
  const distance = upstream === null || upstream.isGone ? null : t('gitChanges.branch.distance', { ahead: upstream.ahead, behind: upstream.behind })
  const others = branches.filter(({ isCurrent, isRemote, name: other }) => !isCurrent && (!isRemote || !branches.some((local) => !local.isRemote && local.name === other.slice(other.indexOf('/') + 1))))
  const trigger = (
    <button
      type="button"
      className="button quiet branch-button"
      aria-label={[head.branch === null ? t('gitChanges.branch.detachedAt', { commit: name }) : t('gitChanges.branch.menu', { name }), distance].filter((part) => part !== null).join(', ')}
      onPointerDown={() => void lookAtBranches()}
      onKeyDown={() => void lookAtBranches()}
    >
      <GitBranch size={14} aria-hidden />
      <span className="truncate">{name}</span>
      {upstream !== null && upstream.ahead > 0 && <span className="branch-distance">↑{upstream.ahead}</span>}
      {upstream !== null && upstream.behind > 0 && <span className="branch-distance">↓{upstream.behind}</span>}
      <ChevronDown size={13} aria-hidden />
    </button>
  )
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<GitBranchPlus size={14} />} onSelect={() => openGitDialog({ kind: 'new-branch', from: null })}>
        {t('action.git.newBranch')}
      </MenuItem>
      <MenuItem icon={<ListTree size={14} />} onSelect={() => openPage('git')}>
        {t('action.view.git')}
      </MenuItem>
      {others.length > 0 && <MenuSeparator />}
      {others.length > 0 && <MenuLabel>{t('gitChanges.branch.switch')}</MenuLabel>}
      {others.slice(0, mostShown).map(({ name: other, isRemote }) => (
        <MenuItem key={`${isRemote} ${other}`} icon={<ArrowLeftRight size={14} />} onSelect={() => void switchTo(other, isRemote)}>
          {other}
        </MenuItem>
      ))}
    </Menu>
  )
}
