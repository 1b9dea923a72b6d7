import { confirmRecapMail, endRecapMail, Problem, readRecapMail } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Route, route } from '@alt/service-kit';
import { confirmMail, endMail, mailConsent } from '../store/recap-mails.ts';
import { CONSENT_STYLE, pagePolicy } from './pages.ts';
import { escapeHtml } from './rendering.ts';
import { type RecapWording, recapWording } from './wording.ts';

/** Where the links of our mails lead to, for whoever reads them; nobody signs in. */
export function consentAddress(token: string, publicUrl: URL): string {
  return new URL(`/v1/recaps/mail/${token}`, publicUrl).href;
}

/**
 * Consent to recaps by mail, given and taken back from the mailbox itself. Looking changes nothing, because mail programs
 * and filters look at links by themselves.
 */
export function consentRoutes({ database, publicUrl }: { database: Database; publicUrl: URL }): Route[] {
  const show = async (token: string): Promise<Response> => {
    const found = TOKEN.test(token) ? await mailConsent(database, token) : null;
    if (!found) throw new Problem('not-found', 'This link is not valid any more.');
    const state = !found.isWanted ? 'ended' : found.isConfirmed ? 'confirmed' : 'asked';
    return consentPage(state, consentAddress(token, publicUrl), recapWording(found.language));
  };
  const act = async (token: string, work: typeof endMail): Promise<Response> => {
    if (TOKEN.test(token)) await work(database, token);
    return show(token);
  };
  return [
    route(readRecapMail, ({ params }) => show(params.token)),
    route(endRecapMail, ({ params }) => act(params.token, endMail)),
    route(confirmRecapMail, ({ params }) => act(params.token, confirmMail)),
  ];
}

const TOKEN = /^[\da-f]{64}$/;

function consentPage(state: 'asked' | 'confirmed' | 'ended', address: string, wording: RecapWording): Response {
  const { title, states, confirm, end } = wording.consent;
  const button = (action: string, text: string) =>
    `<form method="post" action="${escapeHtml(new URL(action).pathname)}"><button>${escapeHtml(text)}</button></form>`;
  const buttons = {
    asked: `${button(`${address}/confirmation`, confirm)}${button(address, end)}`,
    confirmed: button(address, end),
    ended: '',
  };
  const body = `<!doctype html>
<html lang="${wording.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${CONSENT_STYLE}</style>
</head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(states[state])}</p>${buttons[state]}</body></html>
`;
  return new Response(body, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
      'content-security-policy': pagePolicy(CONSENT_STYLE, { hasForms: true }),
      'x-content-type-options': 'nosniff',
    },
  });
}
