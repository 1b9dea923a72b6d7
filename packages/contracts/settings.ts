import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const settingsFields = {
  view: z.enum(['unread', 'all']),
  order: z.enum(['newest', 'oldest']),
  density: z.enum(['cards', 'list', 'compact']),
  theme: z.enum(['system', 'light', 'dark', 'sepia']),
  language: z.enum(['auto', 'en', 'ja', 'ru']),
  markReadOnScroll: z.boolean(),
  textSize: z.int().min(12).max(28),
  retention: z.strictObject({
    /** Days that entries already read are kept; null is for ever. */
    readDays: z.int().min(1).max(36_500).nullable(),
    /** Days that unread entries are kept; null is for ever. Nothing is ever marked read. */
    unreadDays: z.int().min(1).max(36_500).nullable(),
  }),
  notifications: z.strictObject({ failingFeeds: z.boolean() }),
  /** Whether what the reader does is written down for their own statistics. */
  statistics: z.boolean(),
  /** IANA name: where the reader's days begin. */
  timeZone: z.string().max(64).refine(isTimeZone, 'is no time zone; give an IANA name such as Europe/Paris'),
};

function isTimeZone(name: string): boolean {
  try {
    return Boolean(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** The reader's settings: one document; `version` rises with every change. */
export const settings = z.object({ version: z.int(), ...settingsFields }).meta({ id: 'Settings' });
export type Settings = z.infer<typeof settings>;

export const defaultSettings: Omit<Settings, 'version'> = {
  view: 'unread',
  order: 'newest',
  density: 'list',
  theme: 'system',
  language: 'auto',
  markReadOnScroll: false,
  textSize: 18,
  retention: { readDays: null, unreadDays: null },
  notifications: { failingFeeds: true },
  statistics: true,
  timeZone: 'UTC',
};

export const readSettings = endpoint({
  name: 'readSettings',
  method: 'GET',
  path: '/v1/settings',
  summary: 'The reader’s settings',
  access: 'reader',
  response: settings,
  statuses: [200],
  problems: [],
});

export const writeSettings = endpoint({
  name: 'writeSettings',
  method: 'PATCH',
  path: '/v1/settings',
  summary: 'Change some settings; with `version`, only if nobody changed them since',
  access: 'reader',
  body: z.strictObject(settingsFields).partial().extend({ version: z.int().optional() }),
  response: settings,
  statuses: [200],
  problems: ['conflict', 'csrf-failed'],
});

export const readStats = endpoint({
  name: 'readStats',
  method: 'GET',
  path: '/v1/stats',
  summary: 'How much the reader follows and reads',
  access: 'reader',
  response: z.object({
    subscriptions: z.int(),
    failingSubscriptions: z.int(),
    entries: z.int(),
    entriesIsExact: z.boolean(),
    unread: z.int(),
    starred: z.int(),
    receivedLast7Days: z.int(),
    readLast7Days: z.int(),
  }),
  statuses: [200],
  problems: [],
});

export const readImage = endpoint({
  name: 'readImage',
  method: 'GET',
  path: '/v1/images/:signature/:url',
  summary: 'An image of an article, fetched by Alt; the signature is made by Alt',
  access: 'public',
  params: z.object({ signature: z.string(), url: z.string() }),
  responseType: 'image/*',
  statuses: [200, 304],
  problems: ['not-found', 'image-refused'],
});
