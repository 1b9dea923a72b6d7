/** The names under which answers are kept in the page. */
export const keys = {
  identity: ['identity'],
  setup: ['setup'],
  settings: ['settings'],
  imports: ['imports'],
  subscriptions: ['subscriptions'],
  folders: ['folders'],
  counters: ['counters'],
  entries: ['entries'],
  labels: ['labels'],
  anyEntry: ['entry'],
  entry: (id: string) => ['entry', id],
  /** Highlights and notes: of an entry, and the lists of one's own. */
  annotations: (entryId: string) => ['annotations', entryId],
  ownAnnotations: ['own-annotations'],
  search: ['search'],
  savedSearches: ['saved-searches'],
  ask: ['ask'],
  recaps: ['recaps'],
  tags: ['tags'],
  tenantSettings: ['tenant-settings'],
  inoreader: ['inoreader'],
  /** Of the account itself and of the tenants that it is in. */
  account: ['account'],
  tenants: ['tenants'],
  tenant: ['tenant'],
  keys: (kind: string) => ['keys', kind],
} as const;
