/**
 * The players that may stand in a frame, after a click. The server's Content-Security-Policy names the same hosts, so a
 * frame for any other host would stay empty; a link to such a player opens its page instead.
 */
export const players = {
  'www.youtube-nocookie.com': 'YouTube',
  'player.vimeo.com': 'Vimeo',
  'www.dailymotion.com': 'Dailymotion',
  'geo.dailymotion.com': 'Dailymotion',
  'player.twitch.tv': 'Twitch',
  'clips.twitch.tv': 'Twitch',
  'w.soundcloud.com': 'SoundCloud',
  'open.spotify.com': 'Spotify',
  'bandcamp.com': 'Bandcamp',
  'player.bilibili.com': 'bilibili',
  'embed.nicovideo.jp': 'ニコニコ動画',
  'rutube.ru': 'RUTUBE',
  'embed.ted.com': 'TED',
  'archive.org': 'Internet Archive',
  'embed.podcasts.apple.com': 'Apple Podcasts',
} as const;

export const playerHosts = Object.keys(players);

/** What the player at an address calls itself. */
export function playerName(url: URL): string {
  return Object.hasOwn(players, url.hostname) ? players[url.hostname as keyof typeof players] : url.hostname;
}

/** The address that a frame may load, or null. */
export function playableUrl(address: string | null | undefined): URL | null {
  const url = URL.parse(address ?? '');
  if (url?.protocol !== 'https:') return null;
  return Object.hasOwn(players, url.hostname) ? url : null;
}

/** The player of a video page that a feed links to as an enclosure, or null. */
export function playerOfPage(address: string): URL | null {
  const url = URL.parse(address);
  if (!url) return null;
  const host = url.hostname.replace(/^(www|m)\./, '');
  const id =
    host === 'youtu.be'
      ? url.pathname.slice(1)
      : host === 'youtube.com'
        ? (url.searchParams.get('v') ?? /^\/(?:shorts|live|v|embed)\/([\w-]+)/.exec(url.pathname)?.[1])
        : null;
  if (id && /^[\w-]{6,40}$/.test(id)) return new URL(`https://www.youtube-nocookie.com/embed/${id}`);
  const vimeo = host === 'vimeo.com' ? /^\/(\d{1,15})/.exec(url.pathname)?.[1] : undefined;
  return vimeo ? new URL(`https://player.vimeo.com/video/${vimeo}?dnt=1`) : null;
}
