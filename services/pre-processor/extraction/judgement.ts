/** Why a page is not the article: a stable code, and words for the reader. */
export interface Refusal {
  ok: false;
  code: RefusalCode;
  reason: string;
}

export type RefusalCode = keyof typeof REASONS;

const REASONS = {
  'page-empty': 'The page is empty.',
  'no-article': 'No article could be found on the page.',
  'page-too-large': 'The page needs more time or memory than Alt gives to one article.',
  'hidden-from-programs': 'The site shows programs another page than people.',
  'subscribers-only': 'The page shows the whole article to subscribers only.',
  'login-required': 'The site shows the article only to people who have signed in.',
  'consent-required': 'The site asks for consent before it shows the article.',
  'article-missing': 'The page says that the article is not there.',
  'site-error': 'The site reports an error instead of the article.',
  'front-page': 'The address now leads to another page of the site.',
  'too-little-text': 'The page has hardly any text.',
  'links-only': 'The page is a list of links, not an article.',
  'less-than-feed': 'The page has less of the article than the feed itself.',
  'other-text': 'The page tells something else than the feed.',
  'selectors-found-nothing': 'The selectors of this feed find nothing on the page.',
} as const;

export function refuse(code: RefusalCode): Refusal {
  return { ok: false, code, reason: REASONS[code] };
}

/** What is judged: the article as it was found, and the page around it. */
export interface Finding {
  /** The page's own title, without what Readability makes of it. */
  pageTitle: string;
  /** The text of the found article, one line a block. */
  text: string;
  /** The share of the article's text that is links, 0 to 1. */
  linkShare: number;
  /** All text of the page, at least its beginning. */
  pageText: string;
  hasPasswordField: boolean;
  /** Scripts or forms of a service that keeps programs out. */
  hasChallenge: boolean;
  /** False where the page says that its text is for subscribers. */
  isFree: boolean;
  /** Elements that publishers call a paywall. */
  hasPaywall: boolean;
}

/** What is known of the article from elsewhere. */
export interface Expectation {
  askedUrl: string;
  /** Where the page came from, after redirects. */
  url: string;
  feedTitle: string;
  feedText: string;
}

const SHORT = 2_000;
const MIN_LENGTH = 140;
/** Longer texts stand beside words about subscriptions that belong to the site, not to the article. */
const TEASER = 800;
/** How much of an article that is not free is shown to everybody, seldom more. */
const SHORT_TEASER = 1_200;
const LONG_TEASER = 1_800;
const HARDLY_ANY = 400;
const TAIL_LENGTH = 400;
const MAX_LINK_SHARE = 0.65;
const LESS_THAN_FEED = 0.8;
/** Fewer distinct words of the feed than these prove nothing. */
const MIN_WORDS = 25;
const MIN_SHARED = 0.12;

const BLOCKED =
  /\b(?:enable javascript and cookies to continue|verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser|access (?:to this page has been )?denied|are you a robot|captcha|unusual (?:traffic|activity) (?:from|on)|request (?:was )?blocked|pardon our interruption|bot detection|ddos protection by)\b|確認してください.{0,10}ロボット|вы не робот/iu;
const BLOCKED_TITLE =
  /^\s*(?:just a moment|attention required|access denied|one moment,? please|security check|are you a robot|robot check|human verification|ddos-guard|доступ (?:ограничен|запрещ)|403 forbidden|forbidden)/iu;
const PAYWALL =
  /(?:\b(?:subscribe (?:now )?to (?:continue|keep) reading|(?:to|and) (?:continue|keep) reading(?:,| this|,? (?:please )?(?:subscribe|log ?in|sign ?in|register))|this (?:article|content|story|post) is (?:only )?(?:for|available to|reserved for) (?:paying |paid )?(?:subscribers|members)|create a free account to (?:continue|read)|(?:read|unlock) the (?:full|whole|rest of the) (?:article|story)[^.]{0,40}(?:subscri|member|trial)|you have reached your (?:article )?limit|jetzt weiterlesen|weiterlesen mit|(?:der artikel|dieser inhalt|dieser artikel) ist (?:nur )?(?:für|exklusiv)|article réservé aux abonnés|la suite est réservée|réservé à nos abonnés|pour lire la suite|contenido exclusivo para suscriptores|para seguir leyendo|conteúdo exclusivo para assinantes|contenuto riservato agli abbonati|per continuare a leggere|verder lezen\?)|この記事は(?:有料)?会員限定|残り\d[\d,]*文字|有料会員になると|続きを読むには|(?:доступно|только) (?:по подписке|для подписчиков)|чтобы (?:читать дальше|прочитать полностью)|本文为付费|订阅后(?:可)?继续阅读)/iu;
const SOFT_PAYWALL =
  /\b(?:already a subscriber\?|for subscribers only|subscribers only|become a (?:paid )?(?:subscriber|member) to)\b/i;
const MISSING =
  /\b(?:page (?:was |could )?(?:not |n.t )(?:be )?found|404 (?:error|not found|page)|error 404|(?:page|article|post) (?:does not|doesn.t|no longer) exists?|page introuvable|seite (?:wurde )?nicht gefunden|página no encontrada|página não encontrada|pagina non trovata|pagina niet gevonden)\b|страница не найдена|ページが見つかりません|页面不存在|找不到(?:网|該|该)?页面/iu;
const MISSING_TITLE = /^\s*(?:404\b|not found\b|page not found|gone\b|410\b)/i;
const BROKEN =
  /\b(?:internal server error|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|error establishing a database connection|(?:site|website) is (?:currently )?(?:down|under maintenance|undergoing maintenance)|we.ll be back soon|an error (?:has )?occurred while processing)\b|メンテナンス中|технические работы/iu;
const LOGIN =
  /^\s*(?:sign in|log ?in|login|please (?:sign|log) in|anmelden|einloggen|connexion|se connecter|iniciar sesión|entrar|accedi|inloggen|вход|войти|ログイン|登录)\b/iu;
const CONSENT =
  /(?:\b(?:before you continue to|we (?:and our (?:\d+ )?partners|value your privacy)|(?:accept|manage) (?:all )?(?:cookies|my choices)|wir (?:und unsere partner )?(?:benötigen ihre|verwenden cookies)|mit werbung weiterlesen|zustimmung|nous et nos partenaires|vos données personnelles)\b|согласие на обработку)/iu;
const CONSENT_ADDRESS =
  /^(?:https?:\/\/consent\.|https?:\/\/[^/]+\/(?:consent|cookie-?wall|zustimmung|privacy-?gate|gdpr)(?:[/?-]|$))/i;
const LOGIN_ADDRESS = /^https?:\/\/[^/]+(?:\/[^?]*)?\/(?:log-?in|sign-?in|sso|auth)(?:[/?.]|$)/i;

/** Whether what was found is the article; null if so. A page that is not must never be stored as one. */
export function judgeArticle(finding: Finding, expected: Expectation): Refusal | null {
  const code =
    otherPlace(expected) ??
    closedDoor(finding) ??
    brokenPage(finding) ??
    poorText(finding) ??
    otherText(finding, expected);
  return code === null ? null : refuse(code);
}

/** Redirects that lead away from the article. */
function otherPlace({ askedUrl, url }: Expectation): RefusalCode | null {
  if (askedUrl === url) return null;
  if (CONSENT_ADDRESS.test(url) && !CONSENT_ADDRESS.test(askedUrl)) return 'consent-required';
  if (LOGIN_ADDRESS.test(url) && !LOGIN_ADDRESS.test(askedUrl)) return 'login-required';
  return isFrontPage(url) && !isFrontPage(askedUrl) ? 'front-page' : null;
}

function isFrontPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^\/(?:index\.\w{3,5}|home\/?)?$/i.test(url.pathname) && url.search === '';
}

/** Pages before the article: captchas, paywalls, logins, consent. */
function closedDoor(finding: Finding): RefusalCode | null {
  const { text, pageText, pageTitle } = finding;
  const isShort = text.length < SHORT;
  const tail = text.slice(-TAIL_LENGTH);
  if (isShort && (BLOCKED_TITLE.test(pageTitle) || BLOCKED.test(text) || BLOCKED.test(pageTitle))) {
    return 'hidden-from-programs';
  }
  // Such scripts stand on many pages that do show their article.
  if (text.length < HARDLY_ANY && finding.hasChallenge) {
    return 'hidden-from-programs';
  }
  if (PAYWALL.test(tail) || (isShort && PAYWALL.test(text))) return 'subscribers-only';
  if (text.length < TEASER && PAYWALL.test(pageText)) return 'subscribers-only';
  if (isShort && SOFT_PAYWALL.test(text)) return 'subscribers-only';
  if (!finding.isFree && text.length < (finding.hasPaywall ? LONG_TEASER : SHORT_TEASER)) return 'subscribers-only';
  if (
    isShort &&
    finding.hasPasswordField &&
    (LOGIN.test(pageTitle) || LOGIN.test(text) || text.length < MIN_LENGTH * 2)
  ) {
    return 'login-required';
  }
  return text.length < SHORT / 2 && CONSENT.test(text) ? 'consent-required' : null;
}

function brokenPage({ text, pageText, pageTitle }: Finding): RefusalCode | null {
  if (text.length >= SHORT) return null;
  // Where hardly anything was found, the heading that says so stands outside of it.
  const beginning = `${text.slice(0, 300)}\n${text.length < HARDLY_ANY ? pageText.slice(0, 300) : ''}`;
  if (MISSING_TITLE.test(pageTitle) || MISSING.test(`${pageTitle}\n${beginning}`)) return 'article-missing';
  return BROKEN.test(`${pageTitle}\n${beginning}`) ? 'site-error' : null;
}

function poorText({ text, linkShare }: Finding): RefusalCode | null {
  // One Chinese or Japanese character says as much as three letters.
  const wide = text.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu)?.length ?? 0;
  if (text.length + 2 * wide < MIN_LENGTH) return 'too-little-text';
  return linkShare > MAX_LINK_SHARE ? 'links-only' : null;
}

/** Against what the feed gave: a page that has less of it, or nothing of it, is not the article. */
function otherText({ text }: Finding, { feedText, feedTitle }: Expectation): RefusalCode | null {
  if (text.length < feedText.length * LESS_THAN_FEED) return 'less-than-feed';
  const wanted = distinctWords(`${feedTitle} ${feedText.slice(0, 4_000)}`);
  if (wanted.size < MIN_WORDS) return null;
  const found = distinctWords(text.slice(0, 200_000));
  let sharedCount = 0;
  for (const word of wanted) if (found.has(word)) sharedCount += 1;
  return sharedCount < wanted.size * MIN_SHARED ? 'other-text' : null;
}

/** Words that say something: four letters or more, or two characters in a row where words are not spaced. */
function distinctWords(text: string): Set<string> {
  const words = new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []);
  for (const run of text.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]{2,}/gu) ?? []) {
    words.delete(run);
    for (let index = 0; index + 2 <= run.length; index += 1) words.add(run.slice(index, index + 2));
  }
  return words;
}
