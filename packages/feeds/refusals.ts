import type { FeedRefusal } from './feed.ts';

const MESSAGES: Readonly<Record<FeedRefusal['code'], string>> = {
  empty: 'The server answered with an empty document.',
  'not-a-feed': 'This address leads to something that is not a feed.',
  html: 'This address leads to a web page, not to a feed.',
  'too-deep': 'The document is nested so deeply that it cannot be a real feed.',
  'bad-encoding': 'The document is written in an encoding that cannot be read.',
  'too-large': 'The document is larger than a feed may be.',
  unparsable: 'The document begins like a feed but cannot be read.',
};

export function refusal(
  code: FeedRefusal['code'],
  message: string = MESSAGES[code],
): { ok: false; refusal: FeedRefusal } {
  return { ok: false, refusal: { code, message } };
}
