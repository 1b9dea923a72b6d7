import type { OwnTexts } from '../language/own-texts.ts';

const en = {
  title: 'With the team',
  share: 'Share with the team',
  shareFolderTitle: 'Share {name} with the team?',
  shareFolder:
    'Everybody in the team gets this folder, all that is in it, and the feeds added to it later. Each reads for themselves. This cannot be taken back.',
  shareSearchTitle: 'Share {name} with the team?',
  shareSearch:
    'Everybody in the team gets this search. It finds in what each of them follows. This cannot be taken back.',
  shareLabelTitle: 'Share {name} with the team?',
  shareLabel:
    'Everybody in the team gets this label. It is on its articles for all who have them, and members put it on others. This cannot be taken back.',
  sharedLabel: 'Shared: it is on its articles for everybody in the team.',
  shared: 'Shared: everybody in the team has it, and reads for themselves.',
  leave: 'Leave this folder',
  leaveText: 'What comes only with this folder does not arrive for you any more. You can come back.',
  left: 'You left this folder. What comes only with it does not arrive for you.',
  rejoin: 'Come back',
  readerOnly: 'Readers do not share. Ask a member or an admin of the team.',
} as const;

export const sharingTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    title: 'チームとの共有',
    share: 'チームと共有',
    shareFolderTitle: '「{name}」をチームと共有しますか？',
    shareFolder:
      'このフォルダーと中身、今後追加されるフィードがチーム全員に届きます。既読は一人ひとり別です。取り消せません。',
    shareSearchTitle: '「{name}」をチームと共有しますか？',
    shareSearch: 'この検索がチーム全員に表示されます。結果は各自が読んでいるものから見つかります。取り消せません。',
    shareLabelTitle: '「{name}」をチームと共有しますか？',
    shareLabel:
      'このラベルはチーム全員のものになり、付けた記事を持つ全員に表示されます。メンバーはほかの記事にも付けられます。取り消せません。',
    sharedLabel: '共有中：チーム全員の同じ記事に付いています。',
    shared: '共有中：チーム全員に届き、既読は一人ひとり別です。',
    leave: 'このフォルダーから抜ける',
    leaveText: 'このフォルダーだけにあるものは届かなくなります。いつでも戻れます。',
    left: 'このフォルダーから抜けています。ここだけにあるものは届きません。',
    rejoin: '戻る',
    readerOnly: '読者は共有できません。チームのメンバーか管理者に頼んでください。',
  },
  ru: {
    title: 'Вместе с командой',
    share: 'Поделиться с командой',
    shareFolderTitle: 'Поделиться папкой «{name}» с командой?',
    shareFolder:
      'Вся команда получит эту папку, всё, что в ней есть, и ленты, которые добавят потом. Прочитанное у каждого своё. Отменить это нельзя.',
    shareSearchTitle: 'Поделиться поиском «{name}» с командой?',
    shareSearch: 'Поиск появится у всей команды и будет искать в том, что читает каждый. Отменить это нельзя.',
    shareLabelTitle: 'Поделиться меткой «{name}» с командой?',
    shareLabel:
      'Метка появится у всей команды: на этих статьях её увидят все, у кого они есть, и участники смогут ставить её на другие. Отменить это нельзя.',
    sharedLabel: 'Общая метка: на своих статьях она стоит у всей команды.',
    shared: 'Общее: есть у всей команды, прочитанное у каждого своё.',
    leave: 'Выйти из папки',
    leaveText: 'То, что приходит только с этой папкой, у вас больше не появится. Можно вернуться.',
    left: 'Вы вышли из этой папки. То, что приходит только с ней, у вас не появляется.',
    rejoin: 'Вернуться',
    readerOnly: 'Читатели не делятся. Попросите участника или администратора команды.',
  },
};
