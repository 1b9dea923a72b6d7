import type { Language } from './sites.ts';

interface Words {
  home: string;
  about: string;
  feed: string;
  related: string;
  newer: string;
  older: string;
  letters: string;
  lettersText: string;
  notice: string;
  colophon: string;
}

/** What stands around the articles on the pages of a site. */
export const pageWords: Record<Language, Words> = {
  en: {
    home: 'Home',
    about: 'About',
    feed: 'Feed',
    related: 'You may also like',
    newer: 'Newer',
    older: 'Older',
    letters: 'Letters',
    lettersText: 'We have no mailing list. Tell a friend instead, or follow the feed.',
    notice: 'This site sets no cookies and would rather you had a biscuit.',
    colophon: 'Part of the demo web of Alt. All texts and pictures were made for it.',
  },
  ja: {
    home: 'ホーム',
    about: 'このサイトについて',
    feed: 'フィード',
    related: 'こちらもどうぞ',
    newer: '新しい記事',
    older: '前の記事',
    letters: 'お便り',
    lettersText: 'メールマガジンはありません。お友だちに教えるか、フィードをご購読ください。',
    notice: '当サイトはクッキーを使いません。お茶請けは各自ご用意ください。',
    colophon: 'Alt のデモ用サイトです。文章も絵も、このために作りました。',
  },
  ru: {
    home: 'Главная',
    about: 'О сайте',
    feed: 'Лента',
    related: 'Читайте также',
    newer: 'Новее',
    older: 'Раньше',
    letters: 'Письма',
    lettersText: 'Рассылки у нас нет. Расскажите о сайте другу или подпишитесь на ленту.',
    notice: 'Сайт не ставит куки и советует взять к чаю настоящее печенье.',
    colophon: 'Часть демонстрационной сети Alt. Тексты и картинки сделаны специально для неё.',
  },
};
