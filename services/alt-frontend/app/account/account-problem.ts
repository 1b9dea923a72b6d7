import { useMemo } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { type OwnTexts, translateOwn } from '../language/own-texts.ts';
import { type Texts, useTexts } from '../language/translate.ts';

const en = {
  'wrong-code': 'This code is wrong, or was used already. Take the next one.',
  'passkey-refused': 'This passkey was not accepted. Try another way.',
  'challenge-expired': 'This took too long. Begin again with e-mail and password.',
  'proof-required': 'It was not confirmed that it is you, so nothing was changed.',
  'link-expired': 'This link is over or was used. Ask for a new one.',
  'mail-not-configured': 'This Alt cannot send mail. Ask whoever runs it for help.',
  'not-kept-here': 'This is kept by your organisation’s sign-in service, not here.',
  'last-owner': 'A team needs an owner. Hand it over first.',
  'personal-tenant': 'This is for teams. Make a team first.',
  'domain-taken': 'This domain belongs to another team.',
  'domain-unverified': 'The record was not found. It can take a few hours until a change is seen everywhere.',
  'invitation-over': 'This invitation is over: it was used, taken back, or is too old. Ask for a new one.',
  'wrong-account': 'This invitation is for another e-mail address. Sign in with that one.',
  'email-unverified': 'Confirm your e-mail address first.',
  'invalid-archive': 'This file is no archive of Alt, or is damaged.',
  wait: 'Too many attempts. Try again {when}.',
  cancelled: 'The passkey was not used. Try again, or take another way.',
} as const;

export const accountProblemTexts: OwnTexts<typeof en> = {
  en,
  ja: {
    'wrong-code': 'コードが違うか、すでに使われています。次のコードを入力してください。',
    'passkey-refused': 'このパスキーは受け付けられませんでした。別の方法をお試しください。',
    'challenge-expired': '時間切れです。メールアドレスとパスワードからやり直してください。',
    'proof-required': 'ご本人の確認ができなかったため、何も変更していません。',
    'link-expired': 'このリンクは期限切れか、使用済みです。新しいリンクを請求してください。',
    'mail-not-configured': 'この Alt はメールを送れません。管理している人に相談してください。',
    'not-kept-here': 'この情報は組織のサインインサービスで管理されています。',
    'last-owner': 'チームにはオーナーが必要です。先に引き継いでください。',
    'personal-tenant': 'チーム専用の機能です。先にチームを作ってください。',
    'domain-taken': 'このドメインは別のチームのものです。',
    'domain-unverified': 'レコードが見つかりません。変更が行き渡るまで数時間かかることがあります。',
    'invitation-over': 'この招待は使用済みか、取り消されたか、期限切れです。新しい招待を頼んでください。',
    'wrong-account': 'この招待は別のメールアドレス宛てです。そのアドレスでサインインしてください。',
    'email-unverified': '先にメールアドレスを確認してください。',
    'invalid-archive': 'Alt のアーカイブではないか、壊れています。',
    wait: '試行回数が多すぎます。{when}にもう一度お試しください。',
    cancelled: 'パスキーは使われませんでした。もう一度試すか、別の方法を選んでください。',
  },
  ru: {
    'wrong-code': 'Код неверный или уже использован. Введите следующий.',
    'passkey-refused': 'Этот ключ доступа не принят. Попробуйте другой способ.',
    'challenge-expired': 'Прошло слишком много времени. Начните снова с почты и пароля.',
    'proof-required': 'Личность не подтверждена, поэтому ничего не изменилось.',
    'link-expired': 'Ссылка устарела или уже использована. Запросите новую.',
    'mail-not-configured': 'Этот Alt не может отправлять письма. Обратитесь к тому, кто за ним следит.',
    'not-kept-here': 'Этим управляет служба входа вашей организации.',
    'last-owner': 'Команде нужен владелец. Сначала передайте её.',
    'personal-tenant': 'Это только для команд. Сначала создайте команду.',
    'domain-taken': 'Этот домен принадлежит другой команде.',
    'domain-unverified': 'Запись не найдена. Пока изменение разойдётся, может пройти несколько часов.',
    'invitation-over': 'Приглашение использовано, отозвано или устарело. Попросите новое.',
    'wrong-account': 'Это приглашение для другого адреса. Войдите с тем адресом.',
    'email-unverified': 'Сначала подтвердите адрес почты.',
    'invalid-archive': 'Это не архив Alt, или он повреждён.',
    wait: 'Слишком много попыток. Попробуйте снова {when}.',
    cancelled: 'Ключ доступа не использован. Попробуйте ещё раз или другим способом.',
  },
};

/** The sentence for what went wrong with an account or a tenant; with the time left where one has to wait. */
export function useAccountProblem(): (error: unknown) => string {
  const texts = useTexts();
  return useMemo(() => (error) => accountProblem(error, texts), [texts]);
}

export function accountProblem(
  error: unknown,
  { language, problem, ago }: Pick<Texts, 'language' | 'problem' | 'ago'>,
): string {
  const t = translateOwn(accountProblemTexts, language);
  // What the browser says where nobody touched the key, or it took too long (WebAuthn Level 3).
  if (error instanceof Error && ['NotAllowedError', 'AbortError', 'InvalidStateError'].includes(error.name))
    return t('cancelled');
  if (!(error instanceof ApiProblem)) return problem(error);
  const seconds = Number(error.document.retryAfterSeconds);
  // Rounded up: who comes back at the time said must get in.
  if (seconds > 0)
    return t('wait', { when: ago(new Date(Date.now() + Math.ceil(seconds / 60) * 60_000 + 1_000).toISOString()) });
  return Object.hasOwn(en, error.code) ? t(error.code as 'wrong-code') : problem(error);
}
