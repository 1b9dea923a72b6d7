/**
 * The address of an article as other feeds may also write it: without scheme, `www.` and mobile hosts, AMP, tracking
 * parameters, index pages. Null where an address says nothing of the article: front pages, and what is no web address.
 * A fragment that names a part of the page stays: release notes of many versions are often one page.
 */
export function canonicalAddress(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address);
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  const path = url.pathname.replace(AMP_PATH, '').replace(INDEX_PAGE, '').replace(/\/+$/, '');
  const query = [...url.searchParams]
    .filter(([name, value]) => !isTracking(name, value))
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();
  if (path === '' && query.length === 0) return null;
  const fragment = TRACKING_FRAGMENT.test(url.hash) ? '' : url.hash;
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${url.hostname.replace(HOST_PREFIX, '')}${port}${path}?${query.join('&')}${fragment}`;
}

const HOST_PREFIX = /^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.[^.]+)/;
const AMP_PATH = /(?:^\/amp(?=\/)|\/amp\/?$|\.amp(?=\.html?$|$))/i;
const INDEX_PAGE = /\/(?:index|default)\.(?:html?|php|aspx?)$/i;
const TRACKING_FRAGMENT = /^#?$|^#(?:xtor|echobox|ref|rss|utm_|comments?$|respond$|:~:|at_|intcid)/i;
const TRACKING_NAME =
  /^(?:utm_\w*|mtm_\w*|pk_\w*|hsa_\w*|at_\w+|_hs\w+|(?:fb|g|d)clid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_[ce]id|cmp(?:id)?|[no]cid|smid|xtor|rss|amp|ref(?:_src|_url|errer)?|spm|sr_share|share|from_?rss|guccounter|feature)$/i;
const TRACKING_VALUE = /^(?:rss|feed|atom|twitter|facebook|newsletter|amp|social)$/i;

function isTracking(name: string, value: string): boolean {
  return (
    TRACKING_NAME.test(name) ||
    (/^(?:source|src|from|via|output|medium|format)$/i.test(name) && TRACKING_VALUE.test(value))
  );
}
