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
  /** Of the link in a mail that ends it. */
  leave: string;
  /** The mail that asks whether recaps are wanted, and the page that its link leads to. */
  consent: {
    title: string;
    text: string;
    states: Record<'asked' | 'confirmed' | 'ended', string>;
    confirm: string;
    end: string;
  };
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
  running: 'The time is not over yet; more may come in.',
  written: (engine) => (engine === 'extractive' ? 'Sentences taken from the articles.' : `Written by ${engine}.`),
  footer: 'You get this because you chose it in Alt.',
  leave: 'No more recaps by mail',
  consent: {
    title: 'Recaps by mail',
    text: 'An account of Alt with this address asked for recaps by mail. If it is yours and you want them, follow the link and confirm. If not, do nothing: nothing more will come.',
    states: {
      asked: 'Do you want recaps by mail at this address?',
      confirmed: 'Recaps come to this address.',
      ended: 'No recaps come to this address.',
    },
    confirm: 'Yes, send them',
    end: 'No, send none',
  },
};

const japanese: RecapWording = {
  language: 'ja',
  title: (period, date) =>
    period === 'daily' ? `${dateIn('ja', date)}のまとめ` : `${dateIn('ja', date)}からの一週間のまとめ`,
  reason: ({ code, count, tag }) =>
    ({
      'many-feeds': `${count}件のフィードが掲載`,
      'many-articles': `関連記事${count}件`,
      starred: 'スター付き',
      read: '既読の記事',
      tag: `「${tag}」に関する話題`,
      fresh: '新着',
    })[code],
  why: '選ばれた理由：',
  also: 'ほかの記事：',
  empty: 'この期間に新しい記事はありませんでした。',
  running: 'この期間はまだ終わっていません。記事が増えることがあります。',
  written: (engine) => (engine === 'extractive' ? '記事から抜き出した文です。' : `${engine} による要約です。`),
  footer: 'このメールは Alt の設定に従って送信されています。',
  leave: 'まとめのメールを停止する',
  consent: {
    title: 'メールでのまとめ',
    text: 'このアドレスの Alt アカウントから、まとめのメール配信が申し込まれました。ご本人でご希望の場合は、リンクを開いて確認してください。お心当たりがなければ何もしないでください。以後メールは届きません。',
    states: {
      asked: 'このアドレスでまとめのメールを受け取りますか。',
      confirmed: 'このアドレスにまとめが届きます。',
      ended: 'このアドレスにまとめは届きません。',
    },
    confirm: '受け取る',
    end: '受け取らない',
  },
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
      tag: `тег «${tag}»`,
      fresh: 'новое',
    })[code],
  why: 'Почему здесь:',
  also: 'Также:',
  empty: 'За это время ничего нового не пришло.',
  running: 'Период ещё не закончился, обзор может дополниться.',
  written: (engine) => (engine === 'extractive' ? 'Предложения взяты из статей.' : `Текст: ${engine}.`),
  footer: 'Вы получаете это письмо, потому что выбрали его в Alt.',
  leave: 'Больше не присылать обзоры',
  consent: {
    title: 'Обзоры по почте',
    text: 'Учётная запись Alt с этим адресом запросила обзоры по почте. Если она ваша и обзоры вам нужны, откройте ссылку и подтвердите. Если нет, ничего не делайте: больше писем не будет.',
    states: {
      asked: 'Присылать обзоры на этот адрес?',
      confirmed: 'Обзоры приходят на этот адрес.',
      ended: 'На этот адрес обзоры не приходят.',
    },
    confirm: 'Да, присылать',
    end: 'Нет, не присылать',
  },
};
