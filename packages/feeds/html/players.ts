/** A video or audio player that readers may load with a click. */
export interface Player {
  name: string;
  /** How the service writes its name. */
  label: string;
  /** The player itself, in its least curious form. */
  embedUrl: string;
  /** The page to go to without the player. */
  pageUrl: string;
}

interface KnownPlayer {
  name: string;
  label: string;
  hosts: readonly string[];
  read(url: URL): { embedUrl: string; pageUrl: string } | null;
}

const KNOWN_PLAYERS: readonly KnownPlayer[] = [
  {
    name: 'youtube',
    label: 'YouTube',
    hosts: ['youtube.com', 'youtube-nocookie.com', 'm.youtube.com'],
    read: readYouTube,
  },
  { name: 'vimeo', label: 'Vimeo', hosts: ['player.vimeo.com'], read: readVimeo },
  {
    name: 'dailymotion',
    label: 'Dailymotion',
    hosts: ['dailymotion.com', 'geo.dailymotion.com'],
    read: readDailymotion,
  },
  { name: 'peertube', label: 'PeerTube', hosts: [], read: readPeerTube },
  { name: 'twitch', label: 'Twitch', hosts: ['player.twitch.tv', 'clips.twitch.tv'], read: sameAddress },
  { name: 'soundcloud', label: 'SoundCloud', hosts: ['w.soundcloud.com'], read: readSoundCloud },
  { name: 'spotify', label: 'Spotify', hosts: ['open.spotify.com'], read: readSpotify },
  { name: 'bandcamp', label: 'Bandcamp', hosts: ['bandcamp.com'], read: sameAddressUnder('/EmbeddedPlayer') },
  { name: 'bilibili', label: 'Bilibili', hosts: ['player.bilibili.com'], read: sameAddressUnder('/player.html') },
  { name: 'niconico', label: 'Niconico', hosts: ['embed.nicovideo.jp'], read: sameAddressUnder('/watch/') },
  { name: 'rutube', label: 'Rutube', hosts: ['rutube.ru'], read: sameAddressUnder('/play/embed/') },
  { name: 'ted', label: 'TED', hosts: ['embed.ted.com'], read: sameAddress },
  { name: 'archive', label: 'Internet Archive', hosts: ['archive.org'], read: sameAddressUnder('/embed/') },
  { name: 'applepodcasts', label: 'Apple Podcasts', hosts: ['embed.podcasts.apple.com'], read: sameAddress },
];

/** The known player behind the absolute address of an `iframe`, or null. */
export function playerOf(address: string): Player | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') return null;
  url.protocol = 'https:';
  const host = url.hostname.replace(/^www\./, '');
  for (const known of KNOWN_PLAYERS) {
    if (known.hosts.length > 0 && !known.hosts.includes(host)) continue;
    const found = known.read(url);
    if (found !== null) return { name: known.name, label: known.label, ...found };
  }
  return null;
}

function readYouTube(url: URL): { embedUrl: string; pageUrl: string } | null {
  const [, kind, id = ''] = url.pathname.split('/');
  const list = url.searchParams.get('list') ?? '';
  if (kind !== 'embed' || !/^[\w-]{6,40}$/.test(id)) return null;
  if (id === 'videoseries' && /^[\w-]{6,60}$/.test(list)) {
    return {
      embedUrl: `https://www.youtube-nocookie.com/embed/videoseries?list=${list}`,
      pageUrl: `https://www.youtube.com/playlist?list=${list}`,
    };
  }
  const start = /^\d{1,6}$/.exec(url.searchParams.get('start') ?? '')?.[0];
  return {
    embedUrl: `https://www.youtube-nocookie.com/embed/${id}${start === undefined ? '' : `?start=${start}`}`,
    pageUrl: `https://www.youtube.com/watch?v=${id}${start === undefined ? '' : `&t=${start}s`}`,
  };
}

function readVimeo(url: URL): { embedUrl: string; pageUrl: string } | null {
  const id = /^\/video\/(\d{1,15})$/.exec(url.pathname)?.[1];
  if (id === undefined) return null;
  const secret = /^[\da-f]{1,20}$/.exec(url.searchParams.get('h') ?? '')?.[0];
  return {
    embedUrl: `https://player.vimeo.com/video/${id}?${secret === undefined ? '' : `h=${secret}&`}dnt=1`,
    pageUrl: `https://vimeo.com/${id}${secret === undefined ? '' : `/${secret}`}`,
  };
}

function readDailymotion(url: URL): { embedUrl: string; pageUrl: string } | null {
  const inPath = /^\/embed\/video\/(\w{3,20})$/.exec(url.pathname)?.[1];
  const inQuery = /^\/player(?:\/\w+)?\.html$/.test(url.pathname) ? url.searchParams.get('video') : null;
  const id = inPath ?? inQuery ?? '';
  if (!/^\w{3,20}$/.test(id)) return null;
  return {
    embedUrl: `https://www.dailymotion.com/embed/video/${id}`,
    pageUrl: `https://www.dailymotion.com/video/${id}`,
  };
}

/** PeerTube runs on many hosts; its player's path is unmistakable. */
function readPeerTube(url: URL): { embedUrl: string; pageUrl: string } | null {
  const id = /^\/videos\/embed\/([\da-zA-Z-]{20,40})$/.exec(url.pathname)?.[1];
  if (id === undefined) return null;
  return { embedUrl: `${url.origin}/videos/embed/${id}`, pageUrl: `${url.origin}/videos/watch/${id}` };
}

function readSoundCloud(url: URL): { embedUrl: string; pageUrl: string } | null {
  const track = URL.parse(url.searchParams.get('url') ?? '');
  if (url.pathname !== '/player/' || track === null || !/(?:^|\.)soundcloud\.com$/.test(track.hostname)) return null;
  track.protocol = 'https:';
  const embedUrl = `https://w.soundcloud.com/player/?url=${encodeURIComponent(track.href)}`;
  return { embedUrl, pageUrl: track.hostname.startsWith('api') ? embedUrl : track.href };
}

function readSpotify(url: URL): { embedUrl: string; pageUrl: string } | null {
  const path = /^\/embed(?:-podcast)?\/(track|album|playlist|episode|show)\/(\w{10,40})$/.exec(url.pathname);
  if (path === null) return null;
  return {
    embedUrl: `https://open.spotify.com/embed/${path[1]}/${path[2]}`,
    pageUrl: `https://open.spotify.com/${path[1]}/${path[2]}`,
  };
}

function sameAddressUnder(path: string): (url: URL) => { embedUrl: string; pageUrl: string } | null {
  return (url) => (url.pathname.startsWith(path) ? sameAddress(url) : null);
}

function sameAddress(url: URL): { embedUrl: string; pageUrl: string } | null {
  return { embedUrl: url.href, pageUrl: url.href };
}
