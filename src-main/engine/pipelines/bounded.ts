/** Runs an action for each item, at most `limit` at once. The first failure rejects. */
export async function forEachBounded<T>(items: readonly T[], limit: number, action: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  async function work(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      if (item !== undefined) await action(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
}
