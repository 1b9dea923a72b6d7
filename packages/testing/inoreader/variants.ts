/** The products whose dialect the server can speak. `inoreader` asks for a bearer and counts requests; the others for a login. */
export type ReaderProduct = 'inoreader' | 'freshrss' | 'miniflux' | 'theoldreader' | 'bazqux';

/** In what the dialects of the Google Reader API differ, as far as a client can notice. */
export interface ReaderVariant {
  /** Where the API begins on its host. */
  basePath: string;
  /** What stands behind `feed/`: the address, a number, or an object id. */
  feedIds: 'url' | 'number' | 'object';
  /** Item ids: numbers (decimal in lists, 16 hex digits in the long form) or object ids (24 hex digits). */
  itemIds: 'number' | 'object';
  /** The number of the first item; products differ in how long theirs are. */
  firstItem: number;
  /** The user's own id in streams and labels that are answered; "-" is always taken. */
  userId: string;
  maxIds: number;
  maxContents: number;
  /** Pages by place in the list, so that arrivals shift them, or by the last item. */
  continuation: 'offset' | 'keyset';
  /** Whether the categories of an item name the folders of its feed too. */
  namesFolders: boolean;
  /** Whether items can have labels of their own; if not, their streams are an error. */
  hasLabels: boolean;
  /** Whether there are stream/contents and unread-count; if not, they answer an empty list. */
  hasStreamContents: boolean;
  /** Whether a feed may lie in several folders. */
  hasSeveralFolders: boolean;
  /** What an unknown call answers with 200, or null for 404. */
  unknownCall: '[]' | '{}' | null;
  /** POSTs need a T that `token` has given. */
  wantsToken: boolean;
  /** JSON must be asked for with output=json. */
  wantsOutput: boolean;
  /** How a wrong password is answered. */
  badLogin: { status: number; body: string };
  /** How a call without a valid sign-in is answered. */
  unauthorised: { body: string; headers: Record<string, string> };
  /** Whether the body of an item lies in `summary` or in `content`. */
  bodyIn: 'summary' | 'content';
  /** Whether items have a canonical link beside the alternate one. */
  hasCanonical: boolean;
  /** Whether tag/list tells folders from tags only with types=1. */
  tellsTypesWhenAsked: boolean;
  /** Whether `ot` is moved to a month ago when the oldest come first. */
  limitsOldest: boolean;
}

const COMMON: ReaderVariant = {
  basePath: '',
  feedIds: 'url',
  itemIds: 'number',
  firstItem: 1,
  userId: '-',
  maxIds: 10_000,
  maxContents: 1_000,
  continuation: 'keyset',
  namesFolders: true,
  hasLabels: true,
  hasStreamContents: true,
  hasSeveralFolders: true,
  unknownCall: null,
  wantsToken: false,
  wantsOutput: false,
  badLogin: { status: 401, body: 'Error=BadAuthentication\n' },
  unauthorised: { body: 'Unauthorized', headers: {} },
  bodyIn: 'summary',
  hasCanonical: true,
  tellsTypesWhenAsked: false,
  limitsOldest: false,
};

export const READER_VARIANTS: Record<ReaderProduct, ReaderVariant> = {
  // https://www.inoreader.com/developers/stream-contents and …/item-ids: n at most 100 and 1,000.
  inoreader: {
    ...COMMON,
    firstItem: 3_614_000_001,
    userId: '1005921515',
    maxIds: 1_000,
    maxContents: 100,
    unauthorised: { body: 'AppId required! Contact app developer.', headers: {} },
    tellsTypesWhenAsked: true,
    limitsOldest: true,
  },
  freshrss: {
    ...COMMON,
    basePath: '/api/greader.php',
    feedIds: 'number',
    firstItem: 1_700_000_000_000_001,
    badLogin: { status: 401, body: 'Unauthorized!' },
    unauthorised: { body: 'Unauthorized!', headers: { 'Google-Bad-Token': 'true' } },
    hasSeveralFolders: false,
  },
  miniflux: {
    ...COMMON,
    feedIds: 'number',
    userId: '1',
    continuation: 'offset',
    namesFolders: true,
    hasLabels: false,
    hasStreamContents: false,
    hasSeveralFolders: false,
    unknownCall: '[]',
    wantsToken: true,
    wantsOutput: true,
    badLogin: { status: 401, body: '{"error_message":"access unauthorized"}' },
    unauthorised: { body: 'Unauthorized', headers: { 'X-Reader-Google-Bad-Token': 'true' } },
  },
  theoldreader: {
    ...COMMON,
    feedIds: 'object',
    itemIds: 'object',
    maxIds: 1_000,
    hasLabels: false,
    hasSeveralFolders: false,
    wantsOutput: true,
    badLogin: { status: 403, body: '{"errors":["Wrong username or password"]}' },
    unauthorised: { body: '{"errors":["Access denied"]}', headers: {} },
    hasCanonical: true,
  },
  bazqux: {
    ...COMMON,
    firstItem: 4_503_600_000_000_001,
    maxIds: 50_000,
    badLogin: { status: 401, body: 'Error=BadAuthentication\n' },
    unknownCall: '{}',
    bodyIn: 'summary',
  },
};
