export type { Answer, Behaviour, Exchange } from './behaviour.ts';
export { testCertificate } from './certificate.ts';
export { atom, type HostileItem, html, jsonFeed, post, posts, rss } from './documents.ts';
export { createRebindingLookup, type RebindingLookup } from './rebinding.ts';
export type { HostileRequest } from './requests.ts';
export { BEHAVIOURS, type HostileServer, startHostileServer } from './server.ts';
export { type GeneratedFeeds, type StaticFeeds, startStaticFeeds } from './static-feeds.ts';
