import { ask } from './ask.ts';
import * as auth from './auth.ts';
import type { Endpoint } from './endpoint.ts';
import * as entries from './entries.ts';
import { previewSubscriptionExtraction } from './extraction.ts';
import * as recaps from './recaps.ts';
import * as searching from './search/endpoints.ts';
import * as settings from './settings.ts';
import * as subscriptions from './subscriptions.ts';
import * as summaries from './summaries.ts';
import * as tags from './tags.ts';

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
  previewSubscriptionExtraction,
  subscriptions.listFolders,
  subscriptions.createFolder,
  subscriptions.updateFolder,
  subscriptions.deleteFolder,
  subscriptions.exportOpml,
  subscriptions.importOpml,
  entries.listEntries,
  entries.readEntry,
  entries.requestFullText,
  summaries.requestSummary,
  entries.splitEntry,
  entries.rejoinEntry,
  entries.updateEntries,
  entries.markRead,
  entries.readCounters,
  entries.listLabels,
  entries.renameLabel,
  entries.deleteLabel,
  entries.events,
  searching.search,
  searching.listSavedSearches,
  searching.createSavedSearch,
  searching.updateSavedSearch,
  searching.deleteSavedSearch,
  ask,
  recaps.listRecaps,
  recaps.readRecapDelivery,
  recaps.writeRecapDelivery,
  recaps.readRecap,
  recaps.createRecapFeed,
  recaps.deleteRecapFeed,
  recaps.readRecapFeed,
  recaps.readRecapMail,
  recaps.endRecapMail,
  recaps.confirmRecapMail,
  tags.listTags,
  tags.updateTag,
  tags.mergeTags,
  tags.listTagProposals,
  tags.dismissTagProposal,
  tags.listTagVetoes,
  tags.vetoTag,
  tags.liftTagVeto,
  settings.readSettings,
  settings.writeSettings,
  summaries.readTenantSettings,
  summaries.writeTenantSettings,
  settings.readStats,
  settings.readImage,
] as readonly unknown[] as readonly Endpoint[];
