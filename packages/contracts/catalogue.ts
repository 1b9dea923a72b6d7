import * as auth from './auth.ts';
import type { Endpoint } from './endpoint.ts';
import * as entries from './entries.ts';
import * as settings from './settings.ts';
import * as subscriptions from './subscriptions.ts';

/** The public endpoints of auth-service, in the order of the documentation. */
export const authServiceEndpoints: readonly Endpoint[] = [
  auth.setup,
  auth.register,
  auth.login,
  auth.logout,
  auth.refresh,
  auth.csrf,
  auth.validate,
  auth.readProfile,
  auth.writeProfile,
  auth.apiKeys.list,
  auth.apiKeys.create,
  auth.apiKeys.revoke,
  auth.appPasswords.list,
  auth.appPasswords.create,
  auth.appPasswords.revoke,
] as readonly unknown[] as readonly Endpoint[];

/** The public endpoints of alt-backend, in the order of the documentation. */
export const altBackendEndpoints: readonly Endpoint[] = [
  subscriptions.discoverFeeds,
  subscriptions.listSubscriptions,
  subscriptions.createSubscription,
  subscriptions.updateSubscription,
  subscriptions.deleteSubscription,
  subscriptions.refreshSubscription,
  subscriptions.refreshSubscriptions,
  subscriptions.listFolders,
  subscriptions.createFolder,
  subscriptions.updateFolder,
  subscriptions.deleteFolder,
  subscriptions.exportOpml,
  subscriptions.importOpml,
  entries.listEntries,
  entries.readEntry,
  entries.requestFullText,
  entries.updateEntries,
  entries.markRead,
  entries.readCounters,
  entries.listLabels,
  entries.renameLabel,
  entries.deleteLabel,
  entries.events,
  entries.search,
  settings.readSettings,
  settings.writeSettings,
  settings.readStats,
  settings.readImage,
] as readonly unknown[] as readonly Endpoint[];
