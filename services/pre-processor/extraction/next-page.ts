import { resolveUrl } from '@alt/feeds/addresses.ts';
import { linkOf, type PageHead } from './metadata.ts';
import { type PageDocument, plainText } from './tree.ts';

/** No article is followed further. */
export const MAX_PAGES = 10;

const MAX_LINKS = 3_000;
const NEXT_WORDS =
  /^(?:next(?: page)?|continue|continued|older|weiter|nächste(?: seite)?|suivante?|page suivante|siguiente|próxima(?: página)?|avanti|pagina successiva|volgende|далее|следующая(?: страница)?|次へ|次のページ|下一页|下一頁|다음)?\s*[›»→>]*$/iu;
/** How addresses number pages: a parameter, or the end of the path. */
const PAGE_PARAMETERS = ['page', 'p', 'pg', 'pagina', 'seite', 'paged', 'pageno', 'page_no', 'pagenum'];
const PATH_ENDS = [
  /^(.*?)\/(?:page|seite|pagina|p)[/-]?(\d{1,2})\/?$/i,
  /^(.*?)\/(\d{1,2})\/?$/,
  /^(.*?)[-_.,](?:page|seite|pagina|p|s)?-?(\d{1,2})(\.[a-z]{3,5})?\/?$/i,
];

/**
 * The next page of the article that begins on this page: linked as next or by its number, on the same host, and with the
 * same address but for the number. A blog's link to its next post is none of that.
 */
export function nextPageOf(
  document: PageDocument,
  head: PageHead,
  current: { url: string; page: number },
): string | null {
  if (current.page >= MAX_PAGES) return null;
  const wanted = current.page + 1;
  const relation = resolveUrl(linkOf(head, 'next'), head.baseUrl);
  if (relation !== null && isPage(relation, wanted, current)) return relation;
  for (const link of document.body.getElementsByTagName('a').slice(0, MAX_LINKS)) {
    const href = link.getAttribute('href');
    if (href === undefined || href === '' || href.startsWith('#')) continue;
    const text = plainText(link);
    const isNext = /\bnext\b/.test(link.getAttribute('rel') ?? '') || (text !== '' && NEXT_WORDS.test(text));
    if (!isNext && text !== String(wanted)) continue;
    const address = resolveUrl(href, head.baseUrl);
    if (address !== null && isPage(address, wanted, current)) return address;
  }
  return null;
}

/** Whether an address is page `wanted` of what is at `current`. */
function isPage(address: string, wanted: number, current: { url: string; page: number }): boolean {
  const [there, here] = [URL.parse(address), URL.parse(current.url)];
  if (there === null || here === null || there.host !== here.host) return false;
  // The first page is usually without a number; a number at its end, such as a date or an id, is not one.
  const stems = current.page === 1 ? [plainStem(here), ...numbered(here, 1)] : numbered(here, current.page);
  return numbered(there, wanted).some((stem) => stems.includes(stem));
}

/** The address without its page number, in every way that this number can be read from it. */
function numbered(url: URL, page: number): string[] {
  const stems: string[] = [];
  for (const name of PAGE_PARAMETERS) {
    if (url.searchParams.get(name) !== String(page)) continue;
    const copy = new URL(url);
    copy.searchParams.delete(name);
    stems.push(plainStem(copy));
  }
  for (const pattern of PATH_ENDS) {
    const match = pattern.exec(url.pathname);
    if (match === null || Number(match[2]) !== page) continue;
    const copy = new URL(url);
    copy.pathname = `${match[1] ?? ''}${match[3] ?? ''}`;
    stems.push(plainStem(copy));
  }
  return stems;
}

function plainStem({ host, pathname, searchParams }: URL): string {
  const query = [...searchParams].filter(([name]) => !/^utm_/.test(name)).sort();
  return `${host}${pathname.replace(/\/+$/, '')}?${new URLSearchParams(query)}`;
}
