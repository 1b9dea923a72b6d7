import type { OwnTexts } from '../language/own-texts.ts';

const en = {
  title: 'Bring a team from another Alt',
  text: 'Choose the archive that was downloaded there. It becomes a new team of yours; nothing that is here already is touched.',
  choose: 'Choose an archive',
  sending: 'Sending {name}, {size}. Please keep this page open.',
  sendingLabel: 'The archive is being sent',
  working: {
    one: 'Working on {step}, # line so far. You may close this.',
    other: 'Working on {step}, # lines so far. You may close this.',
  },
  failed: 'The team could not be brought: {reason}',
  gone: 'The import is not there any more. Choose the archive again.',
  done: {
    one: 'The team is here, with # line of its archive.',
    other: 'The team is here, with all # lines of its archive.',
  },
  invited: {
    one: '# person has no account here yet and is invited instead. Make a link for them under Invitations.',
    other: '# people have no account here yet and are invited instead. Make a link for each under Invitations.',
  },
  goTo: 'Go to the team',
  goToInvitations: 'To the invitations',
  dismiss: 'Done',
  until: 'It can be downloaded until {when}.',
  'step.check': 'checking the archive',
  'step.tenant': 'the team itself',
  'step.members': 'the members',
  'step.invitations': 'the invitations',
  'step.domains': 'the domains',
  'step.audit': 'the log',
  'step.alt-backend': 'feeds and articles',
  'step.arch-repo-service': 'projects',
} as const;

/** Archives of a team: what is being done with one, and bringing one. */
export const archiveTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    title: '別の Alt のチームを取り込む',
    text: '元の Alt でダウンロードしたアーカイブを選んでください。新しいチームになり、すでにあるものは変わりません。',
    choose: 'アーカイブを選ぶ',
    sending: '{name}（{size}）を送信しています。このページを開いたままにしてください。',
    sendingLabel: 'アーカイブを送信しています',
    working: { other: '{step}を処理中です（# 行）。閉じてもかまいません。' },
    failed: 'チームを取り込めませんでした：{reason}',
    gone: 'この取り込みはもうありません。アーカイブを選び直してください。',
    done: { other: 'チームを取り込みました。アーカイブの # 行すべてがそろっています。' },
    invited: {
      other:
        'ここにアカウントのない # 人には、代わりに招待を用意しました。「招待」でそれぞれのリンクを作ってください。',
    },
    goTo: 'チームへ移動',
    goToInvitations: '招待へ',
    dismiss: '完了',
    until: '{when}までダウンロードできます。',
    'step.check': 'アーカイブの確認',
    'step.tenant': 'チームの情報',
    'step.members': 'メンバー',
    'step.invitations': '招待',
    'step.domains': 'ドメイン',
    'step.audit': '記録',
    'step.alt-backend': 'フィードと記事',
    'step.arch-repo-service': 'プロジェクト',
  },
  ru: {
    title: 'Перенести команду из другого Alt',
    text: 'Выберите архив, скачанный там. Он станет вашей новой командой; то, что уже есть здесь, не изменится.',
    choose: 'Выбрать архив',
    sending: 'Отправляется {name}, {size}. Не закрывайте эту страницу.',
    sendingLabel: 'Архив отправляется',
    working: {
      one: 'Сейчас: {step}, # строка. Окно можно закрыть.',
      few: 'Сейчас: {step}, # строки. Окно можно закрыть.',
      many: 'Сейчас: {step}, # строк. Окно можно закрыть.',
      other: 'Сейчас: {step}, # строки. Окно можно закрыть.',
    },
    failed: 'Перенести команду не удалось: {reason}',
    gone: 'Этого переноса больше нет. Выберите архив снова.',
    done: {
      one: 'Команда перенесена, в архиве # строка.',
      few: 'Команда перенесена, в архиве # строки.',
      many: 'Команда перенесена, в архиве # строк.',
      other: 'Команда перенесена, в архиве # строки.',
    },
    invited: {
      one: 'У # человека здесь ещё нет учётной записи, для него создано приглашение. Ссылку можно получить в разделе «Приглашения».',
      few: 'У # человек здесь ещё нет учётных записей, для них созданы приглашения. Ссылки можно получить в разделе «Приглашения».',
      many: 'У # человек здесь ещё нет учётных записей, для них созданы приглашения. Ссылки можно получить в разделе «Приглашения».',
      other:
        'У # человека здесь ещё нет учётных записей, для них созданы приглашения. Ссылки можно получить в разделе «Приглашения».',
    },
    goTo: 'Перейти в команду',
    goToInvitations: 'К приглашениям',
    dismiss: 'Готово',
    until: 'Скачать можно до: {when}.',
    'step.check': 'проверка архива',
    'step.tenant': 'сама команда',
    'step.members': 'участники',
    'step.invitations': 'приглашения',
    'step.domains': 'домены',
    'step.audit': 'журнал',
    'step.alt-backend': 'ленты и статьи',
    'step.arch-repo-service': 'проекты',
  },
};

type StepKey = Extract<keyof typeof en, `step.${string}`>;

/** The key of what is being worked on; the first one for a step that this page does not know. */
export function stepKey(step: string): StepKey {
  return Object.hasOwn(en, `step.${step}`) ? (`step.${step}` as StepKey) : 'step.check';
}
