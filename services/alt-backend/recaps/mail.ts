import type { Socket } from 'node:net';
import type { Recap } from '@alt/contracts';
import { openTunnel } from '@alt/egress';
import { createTransport } from 'nodemailer';
import type { Recipient } from '../store/recap-mails.ts';
import { consentAddress } from './consent.ts';
import { recapAddress } from './feed.ts';
import { mailTroubleOf } from './mail-troubles.ts';
import { escapeHtml, recapMarkdown, recapPage } from './rendering.ts';
import type { RecapWording } from './wording.ts';

/** What goes by mail. Each rejects where the relay cannot be reached or refuses it. */
export interface RecapMailer {
  sendRecap(recap: Recap, to: Recipient, wording: RecapWording): Promise<void>;
  /** Asks whoever reads an address whether they want recaps; says nothing that a reader wrote. */
  askConsent(to: Recipient, wording: RecapWording): Promise<void>;
}

const TIMEOUT_MS = 20_000;

/**
 * Mail through the relay of `smtpUrl`, the operator's own; through `proxyUrl` by CONNECT where there is one. The same
 * recap has the same Message-ID, so that one that goes twice after a crash is shown once. Each has a link that ends it,
 * for mail programs too (RFC 2369; by one click, RFC 8058, where the address is https).
 */
export function createRecapMailer(options: {
  smtpUrl: string;
  from: string;
  publicUrl: URL;
  proxyUrl?: string | undefined;
}): RecapMailer {
  const { publicUrl, proxyUrl } = options;
  const transport = createTransport({
    url: options.smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(proxyUrl ? { getSocket: throughProxy(proxyUrl) } : {}),
  });
  const send = async (to: Recipient, mail: Mail, language: string, headers: Record<string, string> = {}) => {
    const sending = transport.sendMail({
      from: { name: 'Alt', address: options.from },
      to: { name: '', address: to.mailTo },
      ...mail,
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language, ...headers },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await sending.catch((reason: unknown) => {
      throw mailTroubleOf(reason);
    });
  };
  return {
    sendRecap: (recap, to, wording) => {
      const leaving = consentAddress(to.token, publicUrl);
      const mail = {
        subject: wording.title(recap.period, recap.date),
        text: `${recapMarkdown(recap, wording)}\n${wording.footer}\n${recapAddress(recap, publicUrl)}\n\n${wording.leave}\n${leaving}\n`,
        html: recapPage(recap, wording, `<p><small>${link(leaving, wording.leave)}</small></p>`),
        messageId: `<recap-${recap.id}@${publicUrl.hostname}>`,
      };
      return send(to, mail, wording.language, {
        'List-Unsubscribe': `<${leaving}>`,
        ...(publicUrl.protocol === 'https:' ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      });
    },
    askConsent: (to, wording) => {
      const address = consentAddress(to.token, publicUrl);
      const { title, text } = wording.consent;
      const html = `<!doctype html><html lang="${wording.language}"><body><p>${escapeHtml(text)}</p><p>${link(address, address)}</p></body></html>`;
      return send(to, { subject: title, text: `${text}\n\n${address}\n`, html }, wording.language);
    },
  };
}

interface Mail {
  subject: string;
  text: string;
  html: string;
  messageId?: string;
}

function link(address: string, text: string): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
}

type Connected = (error: Error | null, options?: { connection: Socket }) => void;

function throughProxy(proxyUrl: string) {
  return ({ host = 'localhost', port }: { host?: string; port?: number | string }, connected: Connected) => {
    openTunnel({ proxyUrl, host, port: Number(port ?? 587), timeoutMs: TIMEOUT_MS }).then(
      (connection) => connected(null, { connection }),
      (error: Error) => connected(error),
    );
  };
}
