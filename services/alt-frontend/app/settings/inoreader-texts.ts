import type { OwnTexts } from '../language/own-texts.ts';

const en = {
  title: 'Inoreader',
  about:
    'Alt and an account at Inoreader can have the same: subscriptions, folders, what is read, starred and labelled, both ways.',
  how: 'Whoever runs this Alt connects your account with two commands:',
  account: 'Connected to the account “{account}”.',
  last: 'Last synchronised {when}.',
  never: 'Not synchronised yet.',
  feeds: { one: '# feed', other: '# feeds' },
  articles: { one: '# article', other: '# articles' },
  waitingArticles: { one: '# article still to come', other: '# articles still to come' },
  waitingChanges: { one: '# change still to send', other: '# changes still to send' },
  reads: 'Read requests today',
  writes: 'Write requests today',
  used: '{used} of {spendable}',
  resets: 'resets {when}',
  reserve: 'Kept in reserve',
  budgetText:
    'Inoreader limits the requests of a day. Alt spreads them over the day and keeps the last tenth in reserve.',
  sync: 'Synchronise now',
  asked: 'Asked for',
  confirm: 'That was intended',
  disconnect: 'Disconnect',
  disconnectTitle: 'Disconnect Inoreader?',
  disconnectText: 'Alt and Inoreader keep what they have. Nothing is synchronised any more.',
  'problem.no-token':
    'Nobody has allowed Alt to use the account yet. Whoever runs this Alt does so with “alt tokens authorize inoreader”.',
  'problem.token-expired': 'The permission ran out and was not renewed yet. Alt goes on when it is.',
  'problem.token-refused':
    'Inoreader refuses the permission. If this stays so, it has to be given again: “alt tokens authorize inoreader”.',
  'problem.budget-spent': 'Today’s requests are used up. Alt goes on when there are new ones.',
  'problem.unreachable': 'Inoreader cannot be reached. Alt tries again.',
  'problem.failing': 'Inoreader has trouble of its own. Alt tries again.',
  'problem.broken-answer': 'Inoreader’s answer could not be read. Alt tries again.',
  'problem.mass-deletion-there':
    'Most subscriptions vanished from Inoreader at once. They stay in Alt until you say that this was intended.',
  'problem.mass-deletion-here':
    'Most subscriptions vanished from Alt at once. They stay at Inoreader until you say that this was intended.',
  'problem.internal': 'Something went wrong here. Alt tries again.',
} as const;

/** The texts of the connection with Inoreader. */
export const inoreaderTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    title: 'Inoreader',
    about:
      'Alt と Inoreader のアカウントを同じ状態に保てます。購読、フォルダー、既読、スター、ラベルが双方向で反映されます。',
    how: 'この Alt の管理者が、次の二つのコマンドでアカウントを接続します。',
    account: 'アカウント「{account}」に接続しています。',
    last: '最後の同期：{when}',
    never: 'まだ同期していません。',
    feeds: { other: 'フィード # 件' },
    articles: { other: '記事 # 件' },
    waitingArticles: { other: 'これから届く記事 # 件' },
    waitingChanges: { other: 'これから伝える変更 # 件' },
    reads: '今日の読み取り要求',
    writes: '今日の書き込み要求',
    used: '{spendable} 回中 {used} 回',
    resets: '{when}に更新',
    reserve: '予備',
    budgetText: 'Inoreader は一日の要求回数を制限しています。Alt は一日に分けて使い、最後の一割には手を付けません。',
    sync: '今すぐ同期',
    asked: '依頼済み',
    confirm: '削除は意図したもの',
    disconnect: '接続を解除',
    disconnectTitle: 'Inoreader との接続を解除しますか？',
    disconnectText: 'Alt と Inoreader の内容はそのまま残ります。以後は同期しません。',
    'problem.no-token':
      'Alt にこのアカウントの使用がまだ許可されていません。管理者が「alt tokens authorize inoreader」で許可します。',
    'problem.token-expired': '許可の期限が切れ、まだ更新されていません。更新され次第、続けます。',
    'problem.token-refused':
      'Inoreader が許可を受け付けません。続く場合は「alt tokens authorize inoreader」でもう一度許可してください。',
    'problem.budget-spent': '今日の要求回数を使い切りました。回数が戻り次第、続けます。',
    'problem.unreachable': 'Inoreader に接続できません。あとで再試行します。',
    'problem.failing': 'Inoreader 側で問題が起きています。あとで再試行します。',
    'problem.broken-answer': 'Inoreader の応答を読み取れませんでした。あとで再試行します。',
    'problem.mass-deletion-there':
      'Inoreader から購読の大半が一度に消えました。意図したものと確認されるまで、Alt では残します。',
    'problem.mass-deletion-here':
      'Alt から購読の大半が一度に消えました。意図したものと確認されるまで、Inoreader では残します。',
    'problem.internal': 'こちらで問題が起きました。あとで再試行します。',
  },
  ru: {
    title: 'Inoreader',
    about:
      'Alt и учётная запись в Inoreader могут совпадать: подписки, папки, прочитанное, избранное и метки, в обе стороны.',
    how: 'Тот, кто ведёт этот Alt, подключает вашу учётную запись двумя командами:',
    account: 'Подключена учётная запись «{account}».',
    last: 'Последняя синхронизация: {when}.',
    never: 'Синхронизации ещё не было.',
    feeds: { one: '# лента', few: '# ленты', many: '# лент', other: '# ленты' },
    articles: { one: '# статья', few: '# статьи', many: '# статей', other: '# статьи' },
    waitingArticles: {
      one: 'ещё придёт # статья',
      few: 'ещё придут # статьи',
      many: 'ещё придут # статей',
      other: 'ещё придут # статьи',
    },
    waitingChanges: {
      one: 'осталось передать # изменение',
      few: 'осталось передать # изменения',
      many: 'осталось передать # изменений',
      other: 'осталось передать # изменения',
    },
    reads: 'Запросы на чтение сегодня',
    writes: 'Запросы на запись сегодня',
    used: '{used} из {spendable}',
    resets: 'обновится {when}',
    reserve: 'В запасе',
    budgetText:
      'Inoreader разрешает столько запросов в день. Alt распределяет их на весь день и не трогает последнюю десятую часть.',
    sync: 'Синхронизировать сейчас',
    asked: 'Запрошено',
    confirm: 'Так и было задумано',
    disconnect: 'Отключить',
    disconnectTitle: 'Отключить Inoreader?',
    disconnectText: 'В Alt и в Inoreader всё останется как есть. Синхронизации больше не будет.',
    'problem.no-token':
      'Alt ещё не разрешено пользоваться учётной записью. Тот, кто ведёт этот Alt, разрешает это командой «alt tokens authorize inoreader».',
    'problem.token-expired': 'Срок разрешения истёк, и его ещё не продлили. Alt продолжит, когда его продлят.',
    'problem.token-refused':
      'Inoreader не принимает разрешение. Если так и останется, его нужно дать снова: «alt tokens authorize inoreader».',
    'problem.budget-spent': 'Запросы на сегодня израсходованы. Alt продолжит, когда появятся новые.',
    'problem.unreachable': 'Inoreader недоступен. Alt попробует снова.',
    'problem.failing': 'У Inoreader неполадки. Alt попробует снова.',
    'problem.broken-answer': 'Ответ Inoreader не удалось прочесть. Alt попробует снова.',
    'problem.mass-deletion-there':
      'Большинство подписок разом исчезло из Inoreader. В Alt они останутся, пока вы не скажете, что так и задумано.',
    'problem.mass-deletion-here':
      'Большинство подписок разом исчезло из Alt. В Inoreader они останутся, пока вы не скажете, что так и задумано.',
    'problem.internal': 'Что-то пошло не так на нашей стороне. Alt попробует снова.',
  },
};
