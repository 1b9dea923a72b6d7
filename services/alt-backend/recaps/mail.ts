import type { Socket } from 'node:net';
import type { Recap } from '@alt/contracts';
import { openTunnel } from '@alt/egress';
import { createTransport } from 'nodemailer';
import { recapAddress } from './feed.ts';
import { recapMarkdown, recapPage } from './rendering.ts';
import type { RecapWording } from './wording.ts';

/** Sends one recap. Rejects where the relay cannot be reached or refuses it. */
export type SendRecap = (recap: Recap, to: string, wording: RecapWording) => Promise<void>;

const TIMEOUT_MS = 20_000;

/**
 * Mail through the relay of `smtpUrl`, the operator's own; through `proxyUrl` by CONNECT where there is one. The same
 * recap has the same Message-ID, so that one that goes twice after a crash is shown once.
 */
export function createSendRecap(options: {
  smtpUrl: string;
  from: string;
  publicUrl: URL;
  proxyUrl?: string | undefined;
}): SendRecap {
  const { publicUrl, proxyUrl } = options;
  const transport = createTransport({
    url: options.smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(proxyUrl ? { getSocket: throughProxy(proxyUrl) } : {}),
  });
  return async (recap, to, wording) => {
    await transport.sendMail({
      from: { name: 'Alt', address: options.from },
      to: { name: '', address: to },
      subject: wording.title(recap.period, recap.date),
      text: `${recapMarkdown(recap, wording)}\n${wording.footer}\n${recapAddress(recap, publicUrl)}\n`,
      html: recapPage(recap, wording),
      messageId: `<recap-${recap.id}@${publicUrl.hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': wording.language },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
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
