/** Hosts whose feeds are made for one person. */
const PRIVATE_HOSTS =
  /(^|\.)(patreon\.com|supercast\.com|supportingcast\.fm|memberful\.com|megaphone\.link|kill-the-newsletter\.com|feedbin\.me|omnivore\.app|glow\.fm|substack\.com\/private)$/;
const SECRET_NAMES = /^(.*[_-])?(token|key|apikey|auth|secret|sig|signature|uid|password|access_token|hash)$/i;
const SECRET_LENGTH = 20;
const SECRET_BITS_PER_CHARACTER = 3.5;

/**
 * Whether a feed's address looks made for one person: credentials, a query name or a path part that looks secret, or a
 * host of private feeds. Such a feed belongs to its tenant; in doubt private.
 */
export function isPrivateFeedAddress(address: string): boolean {
  const url = new URL(address);
  if (url.username || url.password || PRIVATE_HOSTS.test(url.hostname)) return true;
  for (const [name, value] of url.searchParams) if (SECRET_NAMES.test(name) || looksRandom(value)) return true;
  return url.pathname.split('/').some((part) => looksRandom(part.replace(/\.\w{1,5}$/, '')));
}

/**
 * A run of ≥ 20 letters and digits without the habits of words: mixed digits and letters and high entropy. YouTube's
 * channel ids (UC…, in a query) and the like are public, but a stranger cannot tell them from a key.
 */
function looksRandom(text: string): boolean {
  for (const run of text.split(/[^A-Za-z0-9]+/)) {
    if (
      run.length >= SECRET_LENGTH &&
      /\d/.test(run) &&
      /[A-Za-z]/.test(run) &&
      entropy(run) >= SECRET_BITS_PER_CHARACTER
    )
      return true;
  }
  return false;
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
