/** Feeds that are known from an address alone, without asking the site. */

interface KnownSite {
  hosts: RegExp;
  feeds(url: URL, parts: readonly string[]): string[];
}

const NAME = /^[\w.-]{1,100}$/;

const KNOWN_SITES: readonly KnownSite[] = [
  { hosts: /^(?:(?:www|m)\.)?youtube\.com$/, feeds: youTubeFeeds },
  { hosts: /^(?:(?:www|old|new|np|m)\.)?reddit\.com$/, feeds: redditFeeds },
  { hosts: /^(?:www\.)?github\.com$/, feeds: gitHubFeeds },
  { hosts: /^(?:www\.)?gitlab\.com$/, feeds: gitLabFeeds },
  { hosts: /^(?:codeberg\.org|gitea\.com)$/, feeds: forgejoFeeds },
  { hosts: /^(?:www\.)?medium\.com$/, feeds: mediumFeeds },
  { hosts: /^[\w-]+\.medium\.com$/, feeds: (url) => [`${url.origin}/feed`] },
  { hosts: /^[\w-]+\.substack\.com$/, feeds: (url) => [`${url.origin}/feed`] },
  { hosts: /^[\w-]+\.tumblr\.com$/, feeds: (url) => [`${url.origin}/rss`] },
  { hosts: /^[\w-]+\.blogspot\.com$/, feeds: (url) => [`${url.origin}/feeds/posts/default`] },
  { hosts: /^[\w-]+\.wordpress\.com$/, feeds: (url) => [`${url.origin}/feed/`] },
  { hosts: /^[\w-]+\.livejournal\.com$/, feeds: (url) => [`${url.origin}/data/rss`] },
  {
    hosts: /^dev\.to$/,
    feeds: (_url, [user = '']) => (NAME.test(user) ? [`https://dev.to/feed/${user}`] : ['https://dev.to/feed']),
  },
  {
    hosts: /^(?:www\.)?vimeo\.com$/,
    feeds: (_url, [user = '']) => (/^[a-z][\w-]+$/i.test(user) ? [`https://vimeo.com/${user}/videos/rss`] : []),
  },
  {
    hosts: /^(?:www\.)?dailymotion\.com$/,
    feeds: (_url, [user = '']) => (NAME.test(user) ? [`https://www.dailymotion.com/rss/user/${user}`] : []),
  },
  {
    hosts: /^bsky\.app$/,
    feeds: (_url, [kind, user = '']) =>
      kind === 'profile' && /^[\w.:-]+$/.test(user) ? [`https://bsky.app/profile/${user}/rss`] : [],
  },
  { hosts: /^note\.com$/, feeds: (_url, [user = '']) => (NAME.test(user) ? [`https://note.com/${user}/rss`] : []) },
  { hosts: /^qiita\.com$/, feeds: qiitaFeeds },
  { hosts: /^zenn\.dev$/, feeds: zennFeeds },
  { hosts: /^habr\.com$/, feeds: habrFeeds },
  { hosts: /^t\.me$/, feeds: () => [] },
  {
    hosts: /^(?:www\.)?pinboard\.in$/,
    feeds: (_url, [user = '']) => (/^u:\w+$/.test(user) ? [`https://feeds.pinboard.in/rss/${user}/`] : []),
  },
  { hosts: /^news\.ycombinator\.com$/, feeds: () => ['https://news.ycombinator.com/rss'] },
  {
    hosts: /^lobste\.rs$/,
    feeds: (_url, [kind, tag = '']) =>
      kind === 't' && NAME.test(tag) ? [`https://lobste.rs/t/${tag}.rss`] : ['https://lobste.rs/rss'],
  },
];

/** Candidate feed addresses of a page on a known site, the best first; empty for all others. */
export function knownFeedUrls(address: string): string[] {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return [];
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const site = KNOWN_SITES.find(({ hosts }) => hosts.test(url.hostname));
  return site === undefined ? fediverseFeeds(url, parts) : site.feeds(url, parts);
}

function youTubeFeeds(url: URL, [kind = '', id = '']: readonly string[]): string[] {
  const feed = (query: string): string => `https://www.youtube.com/feeds/videos.xml?${query}`;
  const list = url.searchParams.get('list') ?? '';
  if (kind === 'channel' && /^UC[\w-]{22}$/.test(id)) return [feed(`channel_id=${id}`)];
  if ((kind === 'playlist' || kind === 'watch') && /^[\w-]{10,60}$/.test(list)) return [feed(`playlist_id=${list}`)];
  if (kind === 'user' && NAME.test(id)) return [feed(`user=${id}`)];
  return [];
}

function redditFeeds(url: URL, parts: readonly string[]): string[] {
  const path = parts
    .join('/')
    .replace(/\.rss$/, '')
    .replace(/\/$/, '');
  if (path !== '' && !/^(?:r|u|user)\//.test(path)) return [];
  const normal = path.replace(/^u\//, 'user/');
  return [`https://www.reddit.com/${normal}${normal === '' ? '' : '/'}.rss${url.search}`];
}

/** Of a project its releases, then tags and commits; of a person or organisation their activity. */
function gitHubFeeds(_url: URL, [owner = '', project = '', page = '', ...branch]: readonly string[]): string[] {
  if (!NAME.test(owner) || /^(?:features|topics|about|login|settings|marketplace|explore)$/.test(owner)) return [];
  if (project === '') return [`https://github.com/${owner}.atom`];
  const base = `https://github.com/${owner}/${project.replace(/\.git$/, '')}`;
  if (!NAME.test(project)) return [];
  if (page === 'commits' && branch.length > 0) return [`${base}/commits/${branch.join('/')}.atom`];
  const feeds = [`${base}/releases.atom`, `${base}/tags.atom`, `${base}/commits.atom`];
  return page === 'tags' ? [`${base}/tags.atom`] : page === 'commits' ? [`${base}/commits.atom`] : feeds;
}

function gitLabFeeds(_url: URL, [owner = '', project = '']: readonly string[]): string[] {
  if (!NAME.test(owner) || !NAME.test(project)) return [];
  return [
    `https://gitlab.com/${owner}/${project}/-/releases.atom`,
    `https://gitlab.com/${owner}/${project}/-/tags?format=atom`,
  ];
}

function forgejoFeeds(url: URL, [owner = '', project = '']: readonly string[]): string[] {
  if (!NAME.test(owner)) return [];
  if (!NAME.test(project)) return [`${url.origin}/${owner}.rss`];
  return [`${url.origin}/${owner}/${project}/releases.rss`, `${url.origin}/${owner}/${project}.rss`];
}

function mediumFeeds(_url: URL, [first = '', second = '']: readonly string[]): string[] {
  if (first === 'tag' && NAME.test(second)) return [`https://medium.com/feed/tag/${second}`];
  return /^@?[\w.-]+$/.test(first) && first !== 'feed' ? [`https://medium.com/feed/${first}`] : [];
}

function qiitaFeeds(_url: URL, [first = '', second = '']: readonly string[]): string[] {
  if (first === 'tags') return second === '' ? [] : [`https://qiita.com/tags/${second}/feed`];
  return NAME.test(first) ? [`https://qiita.com/${first}/feed`] : ['https://qiita.com/popular-items/feed'];
}

function zennFeeds(_url: URL, [first = '', second = '']: readonly string[]): string[] {
  if (first === 'topics') return second === '' ? [] : [`https://zenn.dev/topics/${second}/feed`];
  return NAME.test(first) ? [`https://zenn.dev/${first}/feed`] : ['https://zenn.dev/feed'];
}

function habrFeeds(_url: URL, [language = '', kind = '', name = '']: readonly string[]): string[] {
  const locale = /^(?:ru|en)$/.test(language) ? language : 'ru';
  if ((kind === 'hub' || kind === 'hubs') && NAME.test(name))
    return [`https://habr.com/${locale}/rss/hub/${name}/all/?fl=${locale}`];
  if (kind === 'users' && NAME.test(name))
    return [`https://habr.com/${locale}/rss/users/${name}/publications/?fl=${locale}`];
  return [`https://habr.com/${locale}/rss/all/all/?fl=${locale}`];
}

/** Mastodon and its kin live on any host; their addresses begin with `@`. */
function fediverseFeeds(url: URL, [first = '', second = '']: readonly string[]): string[] {
  if (/^@\w[\w.-]{0,100}$/.test(first)) return [`${url.origin}/${first}.rss`];
  if (first === 'tags' && /^[\p{L}\p{N}_%]{1,100}$/u.test(second)) return [`${url.origin}/tags/${second}.rss`];
  return [];
}
