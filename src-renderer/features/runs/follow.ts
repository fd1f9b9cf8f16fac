/** Whether a log view follows its end, and how many lines came in while it did not. Pure. */
export type Follow = { isFollowing: boolean; newLines: number }

export const following: Follow = { isFollowing: true, newLines: 0 }

/** The view was scrolled, by whomever: at the end it follows again. */
export function afterScroll(follow: Follow, viewportTop: number, bottomTop: number): Follow {
  if (viewportTop >= bottomTop) return following
  return follow.isFollowing ? { isFollowing: false, newLines: 0 } : follow
}

export function afterLines(follow: Follow, count: number): Follow {
  return follow.isFollowing || count === 0 ? follow : { ...follow, newLines: follow.newLines + count }
}
