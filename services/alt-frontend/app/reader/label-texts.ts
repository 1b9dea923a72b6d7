import type { OwnTexts } from '../language/own-texts.ts';

const en = {
  title: 'Label',
  name: 'Name',
  missing: 'This label does not exist any more.',
  deleteTitle: 'Delete the label {name}?',
  deleteText: 'It leaves its articles. The articles stay.',
  deleteShared: 'It leaves its articles, for everybody in the team. The articles stay.',
  deleted: 'The label {name} was deleted.',
} as const;

/** The texts of a label's own panel. */
export const labelTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    title: 'ラベル',
    name: '名前',
    missing: 'このラベルはもうありません。',
    deleteTitle: 'ラベル「{name}」を削除しますか？',
    deleteText: '記事からこのラベルが外れます。記事は残ります。',
    deleteShared: 'チーム全員の記事からこのラベルが外れます。記事は残ります。',
    deleted: 'ラベル「{name}」を削除しました。',
  },
  ru: {
    title: 'Метка',
    name: 'Название',
    missing: 'Этой метки больше нет.',
    deleteTitle: 'Удалить метку «{name}»?',
    deleteText: 'Она исчезнет со статей. Сами статьи останутся.',
    deleteShared: 'Она исчезнет со статей у всей команды. Сами статьи останутся.',
    deleted: 'Метка «{name}» удалена.',
  },
};
