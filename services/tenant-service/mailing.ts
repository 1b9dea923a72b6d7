import { sendMail } from '@alt/contracts';
import type { Logger, PeerFetch } from '@alt/service-kit';

const TIMEOUT_MS = 5_000;

export interface Mailer {
  /** Hands a mail with an invitation to auth-service. False where no mail goes out; the link still works. */
  invite(invitation: Invitation): Promise<boolean>;
}

interface Invitation {
  email: string;
  tenantName: string;
  inviter: string;
  link: string;
  /** Of the inviter: the mail is in the language that they read. */
  request: Request;
}

/** Mails by way of auth-service, which has the relay and keeps them until it took them. */
export function createMailer(authService: PeerFetch, log: Logger): Mailer {
  return {
    async invite({ email, request, ...invitation }) {
      const { subject, text } = wording[languageOf(request)](invitation);
      const body = JSON.stringify({ to: email, subject: subject.slice(0, 200), text });
      try {
        const { method, path } = sendMail;
        const headers = { 'content-type': 'application/json' };
        const response = await authService(path, { method, headers, body, timeoutMs: TIMEOUT_MS });
        await response.body?.cancel();
        if (response.status === 202) return true;
        log.debug({ status: response.status }, 'an invitation was not mailed');
      } catch (error) {
        log.warn({ error: String(error) }, 'an invitation could not be mailed');
      }
      return false;
    },
  };
}

type Wording = (invitation: Pick<Invitation, 'tenantName' | 'inviter' | 'link'>) => { subject: string; text: string };

const wording: Record<'en' | 'ja' | 'ru', Wording> = {
  en: ({ tenantName, inviter, link }) => ({
    subject: `${inviter} invites you to ${tenantName}`,
    text: `${inviter} invites you to read together in "${tenantName}" on Alt.\n\nOpen this link to join:\n${link}\n\nIt works once. If you do not know who this is, do nothing.\n`,
  }),
  ja: ({ tenantName, inviter, link }) => ({
    subject: `${inviter}さんから「${tenantName}」への招待`,
    text: `${inviter}さんが、Alt の「${tenantName}」にあなたを招待しています。\n\n参加するには次のリンクを開いてください。\n${link}\n\nリンクは一度だけ使えます。心当たりがなければ、何もする必要はありません。\n`,
  }),
  ru: ({ tenantName, inviter, link }) => ({
    subject: `${inviter} приглашает вас в «${tenantName}»`,
    text: `${inviter} приглашает вас читать вместе в «${tenantName}» (Alt).\n\nЧтобы присоединиться, откройте ссылку:\n${link}\n\nОна действует один раз. Если вы не знаете, от кого это, ничего не делайте.\n`,
  }),
};

/** The first language of Accept-Language that there are words in. */
function languageOf(request: Request): keyof typeof wording {
  const wanted = (request.headers.get('accept-language') ?? '').toLowerCase().split(',');
  const known = wanted.map((part) => part.trim().slice(0, 2)).find((code) => Object.hasOwn(wording, code));
  return (known as keyof typeof wording | undefined) ?? 'en';
}
