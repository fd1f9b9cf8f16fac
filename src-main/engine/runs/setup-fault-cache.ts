/** Set-ups that fail for the cache itself: it cannot be written, or holds what is no package any more. uv 0.13.9's words. */
import type { SetupFaultRule } from './setup-fault-rule'

/** Bounded, all of it: what is searched is whatever a build printed. */
const place = String.raw`[\`"]?[^\s\`"]{0,300}(?:cache[\\/]uv|uv_python|host-cache)`
const refused = 'Permission denied|Read-only file system|os error (?:13|30)'

export const cacheRules: SetupFaultRule[] = [
  {
    pattern: new RegExp(String.raw`(?:Could not acquire lock|Failed to initialize cache|failed to \w+(?: \w+){0,2} ${place})[^]{0,2000}?(?:${refused})|(?:${refused})[^\n]{0,60} at path ${place}`, 'i'),
    find: () => ({
      fault: 'cache',
      detail: null,
      reason: 'Files in the uv cache belong to another user, so uv cannot use it. Check the cache (on its page, or with ffdesk cache check --repair), then run again.',
    }),
  },
  {
    pattern: /Failed to install: \S+ \(([^\s()]+)\)/,
    find: ([, what = '']) => ({
      fault: 'cache',
      detail: what,
      reason: `What the uv cache holds of ${what} cannot be installed. Check the cache (on its page, or with ffdesk cache check --repair), then run again.`,
    }),
  },
]
