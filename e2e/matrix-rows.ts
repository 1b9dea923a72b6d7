import { PASSWORD } from './client.ts';
import {
  admins,
  anybody,
  atAuth,
  everyone,
  type Fixture,
  inBrowser,
  instanceOwner,
  inTeam,
  type MatrixRow,
  made,
  members,
  NOBODY,
  newName,
  ofInstance,
  owners,
  ownersOwn,
  ownersOwnForMembers,
  proved,
  sessions,
} from './matrix-kinds.ts';
import { projectRows } from './matrix-rows-projects.ts';
import { tenantRows } from './matrix-rows-tenants.ts';

/**
 * Who may call what: a row for every public endpoint, a column for everybody who may come. The test fails for an endpoint
 * without a row and for a row without an endpoint. Adding an endpoint: add its row, with a request that would be right.
 */

const subscription = ({ subscription: id }: Fixture) => ({ id });
const entry = ({ entry: id }: Fixture) => ({ id });

const highlight = made(
  ({ entry: id }) => `/v1/entries/${id}/highlights`,
  (quote) => ({ quote }),
);
const note = made(
  ({ entry: id }) => `/v1/entries/${id}/notes`,
  (text) => ({ body: text }),
);
const RULE = { query: 'nothing like this', actions: { star: true } };
const rule = made('/v1/rules', (name) => ({ ...RULE, name }));
const labelled = async ({ owner, entry: id }: Fixture) => {
  const name = newName();
  await owner.patch('/v1/entries', { ids: [id], addLabels: [name] });
  return { name };
};

/** Well-formed, and of no authenticator. */
const UNKNOWN_PASSKEY = {
  id: 'eA',
  rawId: 'eA',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'eA', signature: 'eA' },
};
const UNKNOWN_REGISTRATION = {
  id: 'eA',
  rawId: 'eA',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'eA' },
};

export const matrixRows: readonly MatrixRow[] = [
  // auth-service
  { name: 'setup', statuses: anybody(200) },
  {
    name: 'register',
    statuses: anybody(403),
    body: () => ({ email: 'new@example.org', password: 'four green bicycles sing' }),
  },
  {
    name: 'login',
    statuses: anybody(200),
    body: () => ({ email: 'stranger@example.org', password: PASSWORD }),
  },
  { name: 'refresh', statuses: atAuth(sessions(200)) },
  { name: 'csrf', statuses: atAuth(sessions(200)) },
  { name: 'validate', statuses: atAuth(everyone(200)) },
  { name: 'readProfile', statuses: atAuth(everyone(200)) },
  {
    name: 'writeProfile',
    statuses: atAuth(inBrowser(everyone(200))),
    body: (_, caller) => ({ name: `The ${caller}` }),
  },
  { name: 'listApiKeys', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'createApiKey', statuses: atAuth(inBrowser(everyone(201))), body: () => ({ name: 'of the matrix' }) },
  {
    name: 'revokeApiKey',
    statuses: atAuth(inBrowser(ownersOwn(204))),
    params: made('/v1/user/api-keys', (name) => ({ name })),
  },
  { name: 'listAppPasswords', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'createAppPassword', statuses: atAuth(inBrowser(everyone(201))), body: () => ({ name: 'of the matrix' }) },
  {
    name: 'revokeAppPassword',
    statuses: atAuth(inBrowser(ownersOwn(204))),
    params: made('/v1/user/app-passwords', (name) => ({ name })),
  },
  {
    name: 'finishLogin',
    statuses: anybody(401), // the challenge is none
    body: () => ({ challenge: 'x'.repeat(43), code: '123456' }),
  },
  { name: 'beginPasskeyLogin', statuses: anybody(200) },
  { name: 'passkeyLogin', statuses: anybody(401), body: () => ({ passkey: UNKNOWN_PASSKEY }) },
  // No single sign-on and no Kratos is set up where the matrix is asked: who is let in learns that.
  { name: 'enterByKratos', statuses: anybody(422) },
  { name: 'readSingleSignOn', statuses: anybody(200) },
  { name: 'startSingleSignOn', statuses: anybody(404) },
  { name: 'finishSingleSignOn', statuses: anybody(404), query: 'state=x&code=x' },
  { name: 'linkSingleSignOn', statuses: atAuth(proved(everyone(404))), body: () => ({}) },
  { name: 'confirmBySingleSignOn', statuses: atAuth(inBrowser(everyone(409))), body: () => ({}) },
  { name: 'readOwnSingleSignOn', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'unlinkSingleSignOn', statuses: atAuth(proved(everyone(404))) },
  { name: 'confirm', statuses: atAuth(sessions(200)), body: () => ({ password: PASSWORD }) },
  { name: 'listSessions', statuses: atAuth(inBrowser(everyone(200))) },
  {
    name: 'revokeSession',
    statuses: atAuth(inBrowser(ownersOwn(204))),
    params: async ({ enter }) => {
      const { items } = (await (await enter('owner')).get('/v1/user/sessions')).json;
      return { id: items.find((session: { isCurrent: boolean }) => session.isCurrent).id };
    },
  },
  {
    name: 'switchTenant',
    statuses: atAuth(sessions(200)),
    body: ({ tenantIds }, caller) => ({ tenantId: tenantIds[caller] ?? NOBODY }),
  },
  { name: 'readSecurity', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'createTotp', statuses: atAuth(proved(everyone(201))) },
  // Let in, and the code is wrong; without a confirmed one there is nothing to remove or to renew.
  { name: 'confirmTotp', statuses: atAuth(proved(everyone(401))), body: () => ({ code: 'no code' }) },
  { name: 'removeTotp', statuses: atAuth(proved(everyone(404))) },
  { name: 'renewRecoveryCodes', statuses: atAuth(proved(everyone(409))) },
  { name: 'listPasskeys', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'beginPasskey', statuses: atAuth(proved(everyone(200))) },
  {
    name: 'createPasskey',
    statuses: atAuth(proved(everyone(401))), // let in, and no authenticator signed it
    body: () => ({ name: 'of the matrix', passkey: UNKNOWN_REGISTRATION }),
  },
  {
    name: 'renamePasskey',
    statuses: atAuth(inBrowser(ownersOwn(200))),
    params: ({ passkey: id }) => ({ id }),
    body: () => ({ name: 'Renamed' }),
  },
  {
    name: 'deletePasskey',
    statuses: atAuth(proved(ownersOwn(204))),
    params: ({ passkey: id }) => ({ id }),
  },
  // No mail can be sent here, and who is let in is told so.
  { name: 'requestVerification', statuses: atAuth(inBrowser(everyone(422))) },
  {
    name: 'requestEmailChange',
    statuses: atAuth(proved(everyone(422))),
    body: () => ({ email: 'other@example.org' }),
  },
  { name: 'requestRecovery', statuses: anybody(422), body: () => ({ email: `${crypto.randomUUID()}@example.org` }) },
  { name: 'verifyEmail', statuses: anybody(422), body: () => ({ token: 'x'.repeat(43) }) },
  {
    name: 'completeRecovery',
    statuses: anybody(422),
    body: () => ({ token: 'x'.repeat(43), password: 'four green bicycles sing' }),
  },
  { name: 'exportAccount', statuses: atAuth(inBrowser(everyone(200))) },
  { name: 'listOwnAudit', statuses: atAuth(everyone(200)) },
  { name: 'exportOwnAudit', statuses: atAuth(everyone(200)) },
  { name: 'listAudit', statuses: atAuth(admins(200)) },
  { name: 'exportAudit', statuses: atAuth(admins(200)) },

  // alt-backend: feeds, subscriptions and folders
  { name: 'discoverFeeds', statuses: members(200), body: ({ feedUrl }) => ({ url: feedUrl }) },
  { name: 'listSubscriptions', statuses: everyone(200) },
  {
    name: 'createSubscription',
    statuses: { ...members(201), key: 201, owner: 200 },
    body: ({ otherFeedUrl }) => ({ url: otherFeedUrl }),
  },
  { name: 'updateSubscription', statuses: ownersOwn(200), params: subscription, body: () => ({ title: 'Renamed' }) },
  { name: 'refreshSubscription', statuses: ownersOwn(202), params: subscription },
  { name: 'refreshSubscriptions', statuses: everyone(202), body: () => ({}) },
  {
    name: 'previewSubscriptionExtraction',
    statuses: ownersOwnForMembers(200),
    params: subscription,
    body: () => ({ keep: ['article'], drop: [] }),
  },
  { name: 'listFolders', statuses: everyone(200) },
  { name: 'createFolder', statuses: everyone(201), body: (_, caller) => ({ name: `Of ${caller}` }) },
  {
    name: 'updateFolder',
    statuses: ownersOwn(200),
    params: ({ folder: id }) => ({ id }),
    body: () => ({ name: 'Kept' }),
  },
  { name: 'deleteFolder', statuses: ownersOwn(204), params: made('/v1/folders', (name) => ({ name })) },
  { name: 'leaveFolder', statuses: inTeam(everyone(200)), params: ({ sharedFolder: id }) => ({ id }) },
  { name: 'rejoinFolder', statuses: inTeam(everyone(200)), params: ({ sharedFolder: id }) => ({ id }) },
  { name: 'exportOpml', statuses: everyone(200) },
  { name: 'importOpml', statuses: members(200), body: () => '<opml version="2.0"><body/></opml>' },
  // An address that nothing is asked at: of imports that go on there is one a reader.
  {
    name: 'createReaderImport',
    statuses: members(422),
    body: () => ({ url: 'ftp://reader.test', username: 'a', password: 'b' }),
  },
  { name: 'listReaderImports', statuses: everyone(200) },
  {
    name: 'readReaderImport',
    statuses: everyone(404),
    params: () => ({ id: '018f3f3f-0000-7000-8000-000000000000' }),
  },

  // … entries, labels and search
  { name: 'listEntries', statuses: everyone(200) },
  { name: 'readEntry', statuses: ownersOwn(200), params: entry },
  { name: 'requestSummary', statuses: ownersOwnForMembers(202), params: entry },
  { name: 'requestFullText', statuses: ownersOwn(202), params: entry },
  { name: 'splitEntry', statuses: ownersOwn(200), params: entry },
  { name: 'rejoinEntry', statuses: ownersOwn(200), params: entry },
  { name: 'listAnnotations', statuses: ownersOwn(200), params: entry },
  { name: 'listHighlights', statuses: everyone(200) },
  { name: 'listNotes', statuses: everyone(200) },
  { name: 'createHighlight', statuses: ownersOwn(201), params: entry, body: () => ({ quote: 'a passage' }) },
  { name: 'updateHighlight', statuses: ownersOwn(200), params: highlight, body: () => ({ color: 'blue' }) },
  { name: 'deleteHighlight', statuses: ownersOwn(204), params: highlight },
  { name: 'createNote', statuses: ownersOwn(201), params: entry, body: () => ({ body: 'a note' }) },
  { name: 'updateNote', statuses: ownersOwn(200), params: note, body: () => ({ body: 'another' }) },
  { name: 'deleteNote', statuses: ownersOwn(204), params: note },
  { name: 'updateEntries', statuses: everyone(200), body: ({ entry: id }) => ({ ids: [id], read: true }) },
  { name: 'markRead', statuses: ownersOwn(200), body: ({ subscription: subscriptionId }) => ({ subscriptionId }) },
  { name: 'readCounters', statuses: everyone(200) },
  { name: 'listLabels', statuses: everyone(200) },
  { name: 'renameLabel', statuses: ownersOwn(200), params: labelled, body: (_, caller) => ({ name: `By ${caller}` }) },
  { name: 'deleteLabel', statuses: ownersOwn(204), params: labelled },
  { name: 'events', statuses: everyone(200) },
  { name: 'search', statuses: everyone(200), query: 'q=reader' },
  { name: 'listSavedSearches', statuses: everyone(200) },
  { name: 'createSavedSearch', statuses: everyone(201), body: (_, caller) => ({ name: `Of ${caller}`, query: 'x' }) },
  {
    name: 'updateSavedSearch',
    statuses: ownersOwn(200),
    params: ({ savedSearch: id }) => ({ id }),
    body: () => ({ query: 'y' }),
  },
  {
    name: 'deleteSavedSearch',
    statuses: ownersOwn(204),
    params: made('/v1/saved-searches', (name) => ({ name, query: 'x' })),
  },
  { name: 'listRules', statuses: everyone(200) },
  { name: 'previewRule', statuses: everyone(200), query: 'query=reader' },
  { name: 'createRule', statuses: everyone(201), body: (_, caller) => ({ ...RULE, name: `Of ${caller}` }) },
  { name: 'updateRule', statuses: ownersOwn(200), params: rule, body: () => ({ query: 'y' }) },
  { name: 'deleteRule', statuses: ownersOwn(204), params: rule },
  { name: 'runRule', statuses: ownersOwn(200), params: rule, body: () => ({}) },
  { name: 'ask', statuses: members(200), body: () => ({ question: 'What is there?' }) },

  // … recaps
  { name: 'listRecaps', statuses: everyone(200) },
  { name: 'readRecapDelivery', statuses: everyone(200) },
  { name: 'writeRecapDelivery', statuses: everyone(422), body: () => ({ mail: { daily: true } }) },
  { name: 'readRecap', statuses: ownersOwn(200), params: ({ recap: id }) => ({ id }) },
  { name: 'createRecapFeed', statuses: everyone(201) },
  { name: 'deleteRecapFeed', statuses: everyone(204) },
  { name: 'readRecapFeed', statuses: anybody(404), params: () => ({ secret: 'x'.repeat(43) }) },
  { name: 'readRecapMail', statuses: anybody(404), params: () => ({ token: 'x'.repeat(43) }) },
  { name: 'endRecapMail', statuses: anybody(404), params: () => ({ token: 'x'.repeat(43) }) },
  { name: 'confirmRecapMail', statuses: anybody(404), params: () => ({ token: 'x'.repeat(43) }) },

  // … tags
  { name: 'listTags', statuses: everyone(200) },
  {
    name: 'updateTag',
    statuses: members(404),
    params: () => ({ name: 'no such tag' }),
    body: () => ({ hidden: true }),
  },
  { name: 'mergeTags', statuses: members(404), body: () => ({ from: ['no such tag'], into: 'nor this' }) },
  { name: 'listTagProposals', statuses: everyone(200) },
  { name: 'dismissTagProposal', statuses: members(404), body: () => ({ names: ['no such tag', 'nor this'] }) },
  { name: 'listTagVetoes', statuses: everyone(200) },
  { name: 'vetoTag', statuses: everyone(404), body: (_, caller) => ({ name: `vetoed by ${caller}` }) },
  { name: 'liftTagVeto', statuses: everyone(404), params: (_, caller) => ({ name: `vetoed by ${caller}` }) },

  // … settings and the rest
  { name: 'readSettings', statuses: everyone(200) },
  { name: 'writeSettings', statuses: everyone(200), body: () => ({ theme: 'dark' }) },
  { name: 'readTenantSettings', statuses: everyone(200) },
  { name: 'writeTenantSettings', statuses: admins(200), body: () => ({ summaries: true }) },
  { name: 'readStats', statuses: everyone(200) },
  {
    name: 'reportReading',
    statuses: everyone(200),
    body: ({ entry: entryId }) => ({ events: [{ entryId, opened: true }] }),
  },
  { name: 'readReadingStatistics', statuses: everyone(200) },
  { name: 'deleteReadingStatistics', statuses: everyone(204) },
  { name: 'readTenantStatistics', statuses: admins(200) },
  { name: 'deleteTenantStatistics', statuses: owners(204) },
  { name: 'readPlatformStatistics', statuses: instanceOwner(200), narrower: ofInstance },
  { name: 'instanceLogs', statuses: instanceOwner(200), narrower: ofInstance },
  { name: 'instanceLogHistogram', statuses: instanceOwner(200), narrower: ofInstance },
  { name: 'followInstanceLogs', statuses: instanceOwner(200), narrower: ofInstance },
  { name: 'readInoreader', statuses: everyone(200) },
  { name: 'syncInoreader', statuses: members(404), body: () => ({}) },
  { name: 'disconnectInoreader', statuses: members(404) },
  { name: 'readImage', statuses: anybody(404), params: () => ({ signature: 'x', url: 'x' }) },

  ...projectRows,
  ...tenantRows,

  // What ends things comes last.
  {
    name: 'deleteSubscription',
    statuses: { ...ownersOwn(204), key: 204, owner: 404 },
    params: subscription,
  },
  { name: 'logout', statuses: atAuth(sessions(204)), spoilsSession: true },
  {
    name: 'changePassword',
    statuses: atAuth(inBrowser(sessions(200))),
    body: () => ({ password: PASSWORD, currentPassword: PASSWORD }),
    spoilsSession: true,
  },
  { name: 'revokeOtherSessions', statuses: atAuth(inBrowser(everyone(200))), spoilsSession: true },
  {
    name: 'deleteAccount',
    // The owner would leave the team without one; the stranger is alone in theirs.
    statuses: atAuth(proved({ ...everyone(204), owner: 409 })),
    spoilsSession: true,
  },
];
