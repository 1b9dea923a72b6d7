import type { OwnTexts } from '../language/own-texts.ts';

const en = {
  auto: 'Fetch the full text of shortened articles',
  autoHint: 'Where the feed cuts an article off, Alt gets the rest from its page.',
  summaries: 'Summarise the articles of this feed',
  selectors: 'What of its pages is the article',
  selectorsHint: 'CSS selectors, one a line, for everybody of your team. Empty: Alt finds the article by itself.',
  keep: 'Keep',
  drop: 'Leave out',
  preview: 'Preview',
  previewing: 'Fetching the newest article…',
  matched: 'Found: keep {keep}; leave out {drop}',
} as const;

/** The texts of what Alt does with the articles of a feed. */
export const feedTextsTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    auto: '省略された記事の全文を取得する',
    autoHint: 'フィードで途中まで配信される記事の続きを、元のページから取得します。',
    summaries: 'このフィードの記事を要約する',
    selectors: 'ページのどこが記事か',
    selectorsHint: 'CSS セレクターを一行に一つ。チーム全員に及びます。空なら Alt が自動で見つけます。',
    keep: '残す部分',
    drop: '除く部分',
    preview: 'プレビュー',
    previewing: '最新の記事を取得しています…',
    matched: '該当数: 残す部分 {keep}、除く部分 {drop}',
  },
  ru: {
    auto: 'Загружать полный текст сокращённых статей',
    autoHint: 'Если лента обрывает статью, Alt берёт остальное с её страницы.',
    summaries: 'Кратко излагать статьи этой ленты',
    selectors: 'Что на страницах считать статьёй',
    selectorsHint: 'Селекторы CSS, по одному в строке, для всей команды. Пусто — Alt находит статью сам.',
    keep: 'Оставить',
    drop: 'Убрать',
    preview: 'Посмотреть',
    previewing: 'Загружается новейшая статья…',
    matched: 'Найдено: оставить {keep}; убрать {drop}',
  },
};
