import type { RecapPeriod, RecapReason } from '@alt/contracts';

/** What pages, mails and feeds of recaps say, in the languages of the web app. */
export interface RecapWording {
  language: string;
  title(period: RecapPeriod, date: string): string;
  reason(reason: RecapReason): string;
  why: string;
  also: string;
  empty: string;
  running: string;
  written(engine: string): string;
  footer: string;
}

/** The wording for a setting `language`; English for `auto` and whatever we do not speak. */
export function recapWording(language: string | null): RecapWording {
  return { en: english, ja: japanese, ru: russian }[language ?? ''] ?? english;
}

const dateIn = (language: string, date: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));

const english: RecapWording = {
  language: 'en',
  title: (period, date) =>
    period === 'daily' ? `Recap of ${dateIn('en', date)}` : `Recap of the week from ${dateIn('en', date)}`,
  reason: ({ code, count, tag }) =>
    ({
      'many-feeds': `told by ${count} feeds`,
      'many-articles': `${count} articles about it`,
      starred: 'you starred it',
      read: 'you read it',
      tag: `about “${tag}”`,
      fresh: 'new',
    })[code],
  why: 'Why:',
  also: 'Also in',
  empty: 'Nothing new came in this time.',
  running: 'This time is not over; more may come.',
  written: (engine) => (engine === 'extractive' ? 'Sentences taken from the articles.' : `Written by ${engine}.`),
  footer: 'You get this because you chose it in Alt.',
};

const japanese: RecapWording = {
  language: 'ja',
  title: (period, date) =>
    period === 'daily' ? `${dateIn('ja', date)}のまとめ` : `${dateIn('ja', date)}からの一週間のまとめ`,
  reason: ({ code, count, tag }) =>
    ({
      'many-feeds': `${count}件のフィードが報道`,
      'many-articles': `関連記事${count}件`,
      starred: 'スター付き',
      read: '既読の記事',
      tag: `「${tag}」に関する話題`,
      fresh: '新着',
    })[code],
  why: '選ばれた理由：',
  also: 'ほかの記事：',
  empty: 'この期間に新しい記事はありませんでした。',
  running: 'この期間はまだ終わっていません。',
  written: (engine) => (engine === 'extractive' ? '記事から抜き出した文です。' : `${engine} による要約です。`),
  footer: 'このメールは Alt の設定に従って送信されています。',
};

const russian: RecapWording = {
  language: 'ru',
  title: (period, date) =>
    period === 'daily' ? `Обзор за ${dateIn('ru', date)}` : `Обзор недели с ${dateIn('ru', date)}`,
  reason: ({ code, count, tag }) =>
    ({
      'many-feeds': `об этом пишут ленты: ${count}`,
      'many-articles': `статей на эту тему: ${count}`,
      starred: 'отмечено вами',
      read: 'вы это читали',
      tag: `тема «${tag}»`,
      fresh: 'новое',
    })[code],
  why: 'Почему здесь:',
  also: 'Также:',
  empty: 'За это время ничего нового не пришло.',
  running: 'Это время ещё не закончилось.',
  written: (engine) => (engine === 'extractive' ? 'Предложения взяты из статей.' : `Текст: ${engine}.`),
  footer: 'Вы получаете это письмо, потому что выбрали его в Alt.',
};
