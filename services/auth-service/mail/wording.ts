import type { MailLanguage } from '../providers/provider.ts';

/** What is said in a mail about an account. No mail holds anything that a stranger could have typed. */
export interface MailText {
  subject: string;
  text: string;
}

interface Wording {
  recovery(link: string): MailText;
  verification(link: string): MailText;
  emailChange(link: string): MailText;
  emailChanged(email: string): MailText;
  passwordChanged(): MailText;
}

/** The language of an Accept-Language header that mails are written in; English where it names none of them. */
export function languageOf(header: string | null): MailLanguage {
  const wanted = (header ?? '')
    .slice(0, 200)
    .toLowerCase()
    .split(',')
    .map((part) => {
      const [tag = '', quality = ''] = part.trim().split(';');
      const weight = /^\s*q=([\d.]+)\s*$/.exec(quality)?.[1];
      return { language: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight);
  const known = wanted.find(({ language }) => Object.hasOwn(wordings, language));
  return (known?.language as MailLanguage | undefined) ?? 'en';
}

export const wordings: Record<MailLanguage, Wording> = {
  en: {
    recovery: (link) => ({
      subject: 'A new password for Alt',
      text: `Somebody, probably you, asked for a new password. To set one, open this link within 30 minutes:\n\n${link}\n\nIf it was not you, do nothing. Your password stays as it is.\n`,
    }),
    verification: (link) => ({
      subject: 'Confirm your address',
      text: `To confirm that mails from Alt reach you here, open this link within three days:\n\n${link}\n\nIf you have no account there, do nothing.\n`,
    }),
    emailChange: (link) => ({
      subject: 'Confirm your new address',
      text: `Somebody, probably you, wants to use this address for an account of Alt. To confirm it, open this link within a day:\n\n${link}\n\nIf it was not you, do nothing.\n`,
    }),
    emailChanged: (email) => ({
      subject: 'Your address has changed',
      text: `The address of your account at Alt is ${email} from now on. Mails no longer come here.\n\nIf this was not you, tell whoever runs this Alt.\n`,
    }),
    passwordChanged: () => ({
      subject: 'Your password has changed',
      text: 'The password of your account at Alt was changed, and every other session was ended.\n\nIf this was not you, ask for a new password on the sign-in page, and tell whoever runs this Alt.\n',
    }),
  },
  ja: {
    recovery: (link) => ({
      subject: 'Alt の新しいパスワード',
      text: `新しいパスワードの設定が求められました。設定するには、30 分以内に次のリンクを開いてください。\n\n${link}\n\n心当たりがない場合は、何もしないでください。パスワードは変わりません。\n`,
    }),
    verification: (link) => ({
      subject: 'メールアドレスの確認',
      text: `Alt からのメールがこのアドレスに届くことを確認するため、3 日以内に次のリンクを開いてください。\n\n${link}\n\nアカウントをお持ちでない場合は、何もしないでください。\n`,
    }),
    emailChange: (link) => ({
      subject: '新しいメールアドレスの確認',
      text: `Alt のアカウントでこのアドレスを使うことが求められました。確認するには、1 日以内に次のリンクを開いてください。\n\n${link}\n\n心当たりがない場合は、何もしないでください。\n`,
    }),
    emailChanged: (email) => ({
      subject: 'メールアドレスが変わりました',
      text: `Alt のアカウントのアドレスは ${email} になりました。今後、メールはここには届きません。\n\n心当たりがない場合は、この Alt の管理者に知らせてください。\n`,
    }),
    passwordChanged: () => ({
      subject: 'パスワードが変わりました',
      text: 'Alt のアカウントのパスワードが変更され、ほかのセッションはすべて終了しました。\n\n心当たりがない場合は、サインインのページで新しいパスワードを求め、この Alt の管理者に知らせてください。\n',
    }),
  },
  ru: {
    recovery: (link) => ({
      subject: 'Новый пароль для Alt',
      text: `Кто-то, вероятно вы, попросил новый пароль. Чтобы задать его, откройте эту ссылку в течение 30 минут:\n\n${link}\n\nЕсли это были не вы, ничего не делайте. Пароль останется прежним.\n`,
    }),
    verification: (link) => ({
      subject: 'Подтвердите адрес',
      text: `Чтобы подтвердить, что письма от Alt доходят сюда, откройте эту ссылку в течение трёх дней:\n\n${link}\n\nЕсли у вас там нет учётной записи, ничего не делайте.\n`,
    }),
    emailChange: (link) => ({
      subject: 'Подтвердите новый адрес',
      text: `Кто-то, вероятно вы, хочет использовать этот адрес для учётной записи Alt. Чтобы подтвердить его, откройте эту ссылку в течение суток:\n\n${link}\n\nЕсли это были не вы, ничего не делайте.\n`,
    }),
    emailChanged: (email) => ({
      subject: 'Ваш адрес изменён',
      text: `Адрес вашей учётной записи Alt теперь ${email}. Письма больше не приходят сюда.\n\nЕсли это были не вы, сообщите тому, кто управляет этим Alt.\n`,
    }),
    passwordChanged: () => ({
      subject: 'Ваш пароль изменён',
      text: 'Пароль вашей учётной записи Alt изменён, все остальные сеансы завершены.\n\nЕсли это были не вы, запросите новый пароль на странице входа и сообщите тому, кто управляет этим Alt.\n',
    }),
  },
};

/** Mails with a code to type on Kratos' pages, where that keeps identities. */
export const codeMail: Record<
  MailLanguage,
  Record<'recovery' | 'verification' | 'signIn', (code: string) => MailText>
> = {
  en: {
    recovery: (code) => ({
      subject: 'Your code for a new password',
      text: `Somebody, probably you, wants to get back into an account of Alt. Enter this code within 15 minutes:\n\n${code}\n\nIf it was not you, do nothing, and tell the code to nobody.\n`,
    }),
    verification: (code) => ({
      subject: 'Confirm your address',
      text: `To confirm that mails from Alt reach you here, enter this code within 15 minutes:\n\n${code}\n\nIf you have no account there, do nothing.\n`,
    }),
    signIn: (code) => ({
      subject: 'Your code for Alt',
      text: `Enter this code within 15 minutes to go on:\n\n${code}\n\nIf it was not you, do nothing, and tell the code to nobody.\n`,
    }),
  },
  ja: {
    recovery: (code) => ({
      subject: '新しいパスワードのためのコード',
      text: `Alt のアカウントに入り直すことが求められました。15 分以内に次のコードを入力してください。\n\n${code}\n\n心当たりがない場合は何もせず、コードを誰にも教えないでください。\n`,
    }),
    verification: (code) => ({
      subject: 'メールアドレスの確認',
      text: `Alt からのメールがこのアドレスに届くことを確認するため、15 分以内に次のコードを入力してください。\n\n${code}\n\nアカウントをお持ちでない場合は、何もしないでください。\n`,
    }),
    signIn: (code) => ({
      subject: 'Alt のコード',
      text: `続けるには、15 分以内に次のコードを入力してください。\n\n${code}\n\n心当たりがない場合は何もせず、コードを誰にも教えないでください。\n`,
    }),
  },
  ru: {
    recovery: (code) => ({
      subject: 'Код для нового пароля',
      text: `Кто-то, вероятно вы, хочет вернуть доступ к учётной записи Alt. Введите этот код в течение 15 минут:\n\n${code}\n\nЕсли это были не вы, ничего не делайте и никому не сообщайте код.\n`,
    }),
    verification: (code) => ({
      subject: 'Подтвердите адрес',
      text: `Чтобы подтвердить, что письма от Alt доходят сюда, введите этот код в течение 15 минут:\n\n${code}\n\nЕсли у вас там нет учётной записи, ничего не делайте.\n`,
    }),
    signIn: (code) => ({
      subject: 'Ваш код для Alt',
      text: `Чтобы продолжить, введите этот код в течение 15 минут:\n\n${code}\n\nЕсли это были не вы, ничего не делайте и никому не сообщайте код.\n`,
    }),
  },
};
