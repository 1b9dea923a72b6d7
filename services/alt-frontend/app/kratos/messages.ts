import { translateOwn } from '../language/own-texts.ts';
import type { KratosText } from './flows.ts';
import { messageTexts } from './message-texts.ts';

type Key = keyof (typeof messageTexts)['en'];

/** What Kratos' texts are called here, by their ids: https://www.ory.sh/docs/kratos/concepts/ui-messages */
const keys: Readonly<Record<number, Key>> = {
  1010001: 'signIn',
  1010003: 'again',
  1010004: 'secondStep',
  1010005: 'confirm',
  1010006: 'appCode',
  1010007: 'recoveryCode',
  1010009: 'useApp',
  1010010: 'useRecoveryCode',
  1010013: 'continue',
  1010021: 'passkey',
  1010022: 'signIn',
  1040001: 'register',
  1040003: 'continue',
  1040007: 'registerPasskey',
  1050001: 'saved',
  1050004: 'removeApp',
  1050005: 'qr',
  1050007: 'showCodes',
  1050008: 'newCodes',
  1050009: 'codes',
  1050010: 'keepCodes',
  1050011: 'keptCodes',
  1050016: 'removeCodes',
  1050017: 'secret',
  1050019: 'addPasskey',
  1060001: 'recovered',
  1060002: 'recoverySent',
  1060003: 'recoverySent',
  1070001: 'password',
  1070003: 'save',
  1070004: 'identifier',
  1070005: 'continue',
  1070006: 'code',
  1070007: 'email',
  1070008: 'resend',
  1070009: 'continue',
  1070010: 'code',
  1070011: 'code',
  1080001: 'confirmSent',
  1080002: 'confirmed',
  1080003: 'confirmSent',
  4000001: 'invalid',
  4000002: 'missing',
  4000005: 'weakPassword',
  4000006: 'wrongCredentials',
  4000007: 'emailTaken',
  4000008: 'wrongCode',
  4000010: 'unconfirmed',
  4000016: 'usedCode',
  4000027: 'emailTaken',
  4000028: 'emailTaken',
  4000031: 'similarPassword',
  4000034: 'weakPassword',
  4000037: 'wrongCredentials',
  4010001: 'over',
  4040001: 'over',
  4050001: 'over',
  4060004: 'wrongCode',
  4060005: 'over',
  4060006: 'wrongCode',
  4070001: 'wrongCode',
  4070005: 'over',
  4070006: 'wrongCode',
  4990001: 'invalid',
  4990002: 'emailTaken',
  4990003: 'setupCode',
  4990004: 'closed',
};

/** Titles of what the identity schema asks for (services/auth-service/kratos/identity.schema.json). */
const fields: Readonly<Record<string, Key>> = { 'traits.email': 'email', 'traits.name': 'name', identifier: 'email' };

/**
 * A text of Kratos in the reader's language, by its id; one that this page does not know in the words of Kratos. `name` is
 * that of the field that it belongs to.
 */
export function kratosWords({ id, text, context }: KratosText, language: string, name = ''): string {
  const t = translateOwn(messageTexts, language);
  const field = fields[name];
  if (field && (id === 1070002 || id === 1070004)) return t(field as 'email');
  if (id === 1050020) return t('removePasskey', { name: passkeyName(context, language) });
  if (id === 4000003 || id === 4000032) return t('shortPassword', { least: String(context?.min_length ?? '') });
  if (id === 4000001 && !name.endsWith('email')) return text;
  const key = keys[id];
  return key ? t(key as 'signIn') : text;
}

/** Kratos names no passkey: the day on which it was added tells one from another. */
function passkeyName(context: KratosText['context'], language: string): string {
  const { display_name: name, added_at_unix: added } = context ?? {};
  if (typeof name === 'string' && name !== '' && name !== 'unnamed') return name;
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return typeof added === 'number' ? format.format(new Date(added * 1000)) : '';
}
