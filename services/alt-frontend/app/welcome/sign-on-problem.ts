import { accountProblem } from '../account/account-problem.ts';
import { ApiProblem } from '../api/problem.ts';
import { type OwnTexts, translateOwn } from '../language/own-texts.ts';
import type { Texts } from '../language/translate.ts';

const en = {
  'sign-on-refused': 'The single sign-on did not let you in. Begin again, or sign in another way.',
  'sign-on-unlinked':
    'The single sign-on opens no account here yet. Sign in another way, then connect it under Settings, “Account and security”.',
  'challenge-expired': 'This sign-in took too long, or began in another window. Begin it again.',
  'bad-gateway': 'The single sign-on does not answer as it should. Try again later, or sign in another way.',
  conflict: 'This account has another single sign-on already, or another account has this one. Nothing was changed.',
  'email-taken':
    'There is an account with your address already. Sign in another way, then connect the single sign-on under Settings.',
  'setup-code-required':
    'The first account needs the one-time code. Type the code that the start of Alt printed, then use the single sign-on again.',
  'registration-closed': 'This Alt takes no new accounts. Ask whoever runs it for an invitation.',
  unknown: 'Signing in did not work. Begin again, or sign in another way.',
} as const;

/** What went wrong at the single sign-on, in the words of somebody who comes back from it. */
export const signOnProblemTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    'sign-on-refused': 'シングルサインオンで入れませんでした。やり直すか、別の方法でサインインしてください。',
    'sign-on-unlinked':
      'シングルサインオンに結び付いたアカウントがまだありません。別の方法でサインインし、設定の「アカウントとセキュリティ」で接続してください。',
    'challenge-expired': '時間切れか、別のウィンドウで始められたサインインです。もう一度やり直してください。',
    'bad-gateway':
      'シングルサインオンから正しい応答がありません。時間をおいて試すか、別の方法でサインインしてください。',
    conflict:
      'このアカウントには別のシングルサインオンが接続済みか、別のアカウントで使われています。何も変更していません。',
    'email-taken':
      'このアドレスのアカウントがすでにあります。別の方法でサインインし、設定でシングルサインオンを接続してください。',
    'setup-code-required':
      '最初のアカウントにはワンタイムコードが必要です。Alt の起動時に表示されたコードを入力してから、もう一度お試しください。',
    'registration-closed': 'この Alt では新しいアカウントを作れません。管理している人に招待を頼んでください。',
    unknown: 'サインインできませんでした。やり直すか、別の方法でサインインしてください。',
  },
  ru: {
    'sign-on-refused': 'Единый вход вас не пропустил. Начните снова или войдите другим способом.',
    'sign-on-unlinked':
      'Единый вход пока не связан ни с одной учётной записью. Войдите другим способом и подключите его в настройках, в разделе «Учётная запись и безопасность».',
    'challenge-expired': 'Вход занял слишком много времени или был начат в другом окне. Начните снова.',
    'bad-gateway': 'Служба единого входа не отвечает как надо. Попробуйте позже или войдите другим способом.',
    conflict:
      'К этой учётной записи уже подключён другой единый вход, или этим пользуется другая запись. Ничего не изменилось.',
    'email-taken':
      'Учётная запись с вашим адресом уже есть. Войдите другим способом и подключите единый вход в настройках.',
    'setup-code-required':
      'Для первой учётной записи нужен одноразовый код. Введите код, который Alt показал при запуске, и повторите единый вход.',
    'registration-closed':
      'Этот Alt не принимает новых учётных записей. Попросите приглашение у того, кто за ним следит.',
    unknown: 'Войти не получилось. Начните снова или войдите другим способом.',
  },
};

/** The sentence for the code that a failed single sign-on brought back; one for a code that nobody knows, too. */
export function signOnProblem(code: string, texts: Pick<Texts, 'language' | 'problem' | 'ago'>): string {
  const t = translateOwn(signOnProblemTexts, texts.language);
  if (Object.hasOwn(en, code)) return t(code as keyof typeof en);
  // The address is anybody's to write: what it says is never shown, only the texts of known codes.
  const known = accountProblem(new ApiProblem(0, { code, detail: '' }), texts);
  return known === texts.problem(new Error(code)) ? t('unknown') : known;
}
