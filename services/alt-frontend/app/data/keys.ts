/** The names under which answers are kept in the page. */
export const keys = {
  identity: ['identity'],
  setup: ['setup'],
  settings: ['settings'],
  subscriptions: ['subscriptions'],
  folders: ['folders'],
  counters: ['counters'],
  entries: ['entries'],
  labels: ['labels'],
  anyEntry: ['entry'],
  entry: (id: string) => ['entry', id],
  search: ['search'],
  savedSearches: ['saved-searches'],
  ask: ['ask'],
  recaps: ['recaps'],
  tags: ['tags'],
  keys: (kind: string) => ['keys', kind],
} as const;
