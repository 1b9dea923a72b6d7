import type { Language } from '../language/language.ts';
import { useTexts } from '../language/translate.ts';
import { troubleText } from '../subscriptions/feed-troubles.ts';

/** Why a page gave no full text, by the code that the server keeps. What else can go wrong goes wrong with feeds too. */
const en = {
  'no-address': 'The article has no address.',
  'page-empty': 'The page is empty.',
  'page-too-large': 'The page is too large.',
  'no-article': 'No article was found on the page.',
  'hidden-from-programs': 'The site shows programs another page than people.',
  'subscribers-only': 'The page shows the whole article to subscribers only.',
  'article-missing': 'The page says that the article is not there.',
  'too-little-text': 'The page has hardly any text.',
  'less-than-feed': 'The page has less of the article than the feed.',
  'login-required': 'The site shows the article only to people who have signed in.',
  'consent-required': 'The site asks for consent before it shows the article.',
  'site-error': 'The site reports an error instead of the article.',
  'front-page': 'The address now leads to another page of the site.',
  'links-only': 'The page is a list of links, not an article.',
  'other-text': 'The page tells something else than the feed.',
  'selectors-found-nothing': 'The selectors of this feed find nothing on the page.',
  'not-a-page': 'The address leads to a file, not to a page.',
  'refused-by-robots': 'The site asks programs not to fetch this page.',
  'robots-unreadable': 'The site could not say whether programs may fetch this page.',
  'http-payment-required': 'The site shows this page to paying readers only.',
  'http-forbidden': 'The site does not let Alt read this page.',
  'http-gone': 'The site says that this page is gone for good.',
  'http-legal-reasons': 'The site may not show this page for legal reasons.',
};

type FailureCode = keyof typeof en;

const ja: Record<FailureCode, string> = {
  'no-address': 'この記事にはアドレスがありません。',
  'page-empty': 'ページが空です。',
  'page-too-large': 'ページが大きすぎます。',
  'no-article': 'ページに記事が見つかりませんでした。',
  'hidden-from-programs': 'サイトはプログラムに、人に見せるものとは別のページを見せます。',
  'subscribers-only': '記事の全文は購読者だけに公開されています。',
  'article-missing': 'ページには、この記事はないと書かれています。',
  'too-little-text': 'ページに文章がほとんどありません。',
  'less-than-feed': 'ページの記事はフィードのものより短いです。',
  'login-required': '記事はログインした人だけに公開されています。',
  'consent-required': 'サイトは記事を見せる前に同意を求めています。',
  'site-error': 'サイトが記事の代わりにエラーを返しました。',
  'front-page': 'アドレスは今ではサイトの別のページにつながります。',
  'links-only': 'ページは記事ではなくリンクの一覧です。',
  'other-text': 'ページの内容がフィードと異なります。',
  'selectors-found-nothing': 'このフィードのセレクターに当てはまる部分がページにありません。',
  'not-a-page': 'アドレスの先はページではなくファイルです。',
  'refused-by-robots': 'サイトはプログラムにこのページの取得を控えるよう求めています。',
  'robots-unreadable': 'プログラムの取得が許されるか、サイトに確かめられませんでした。',
  'http-payment-required': 'このページは有料の読者だけに公開されています。',
  'http-forbidden': 'サイトが Alt にこのページを見せません。',
  'http-gone': 'このページは完全になくなったとのことです。',
  'http-legal-reasons': 'このページは法的な理由で公開できないとのことです。',
};

const ru: Record<FailureCode, string> = {
  'no-address': 'У статьи нет адреса.',
  'page-empty': 'Страница пуста.',
  'page-too-large': 'Страница слишком велика.',
  'no-article': 'На странице не нашлось статьи.',
  'hidden-from-programs': 'Сайт показывает программам не ту страницу, что людям.',
  'subscribers-only': 'Вся статья видна на странице только подписчикам.',
  'article-missing': 'На странице сказано, что статьи здесь нет.',
  'too-little-text': 'На странице почти нет текста.',
  'less-than-feed': 'На странице меньше текста статьи, чем в ленте.',
  'login-required': 'Сайт показывает статью только тем, кто вошёл.',
  'consent-required': 'Прежде чем показать статью, сайт просит согласия.',
  'site-error': 'Вместо статьи сайт сообщает об ошибке.',
  'front-page': 'Теперь адрес ведёт на другую страницу сайта.',
  'links-only': 'На странице список ссылок, а не статья.',
  'other-text': 'На странице не то, что в ленте.',
  'selectors-found-nothing': 'Селекторы этой ленты ничего не находят на странице.',
  'not-a-page': 'По адресу находится файл, а не страница.',
  'refused-by-robots': 'Сайт просит программы не загружать эту страницу.',
  'robots-unreadable': 'Сайт не смог сказать, можно ли программам загружать эту страницу.',
  'http-payment-required': 'Сайт показывает эту страницу только платным читателям.',
  'http-forbidden': 'Сайт не даёт Alt читать эту страницу.',
  'http-gone': 'Сайт сообщает, что эта страница удалена навсегда.',
  'http-legal-reasons': 'Сайт не может показать эту страницу по требованию закона.',
};

const texts: Record<Language, Record<FailureCode, string>> = { en, ja, ru };

/** Why there is no full text, in the reader's language; loaded only where one failed. */
export function FullTextTrouble({ code, reason }: { code: string | null; reason: string | null }) {
  const { language } = useTexts();
  return <>{failureText({ code, reason }, language)}</>;
}

/** A code that this page does not know is told in the server's words. */
export function failureText(
  { code, reason }: { code: string | null; reason: string | null },
  language: string,
): string {
  const known: Record<string, string> = Object.hasOwn(texts, language) ? texts[language as Language] : en;
  if (code !== null && Object.hasOwn(known, code)) return known[code] ?? '';
  return troubleText({ code: code ?? '', message: reason ?? '' }, language);
}
