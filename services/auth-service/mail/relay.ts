import type { Socket } from 'node:net';
import { openTunnel } from '@alt/egress';
import { createTransport } from 'nodemailer';

const TIMEOUT_MS = 20_000;

export interface OutgoingMail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** Hands a mail to the relay. Rejects where that cannot be reached or refuses it. */
export type Relay = (mail: OutgoingMail) => Promise<void>;

/**
 * The operator's own relay (SMTP_URL); through `proxyUrl` by CONNECT where there is one. A mail keeps its Message-ID, so
 * that one that goes twice after a crash is shown once.
 */
export function createRelay(options: {
  smtpUrl: string;
  from: string;
  hostname: string;
  proxyUrl?: string | undefined;
}): Relay {
  const { smtpUrl, from, hostname, proxyUrl } = options;
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(proxyUrl ? { getSocket: throughProxy(proxyUrl) } : {}),
  });
  return async ({ id, to, subject, text }) => {
    await transport.sendMail({
      from: { name: 'Alt', address: from },
      to: { name: '', address: to },
      subject,
      text,
      messageId: `<account-${id}@${hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
}

/** Whether trying again is useless: the relay says that nobody has this address (RFC 5321, 4.2.1: 5yz is for good). */
export function isAddressRefused(reason: unknown): boolean {
  const { code, responseCode } = (reason ?? {}) as { code?: unknown; responseCode?: unknown };
  return code === 'EENVELOPE' && typeof responseCode === 'number' && responseCode >= 500;
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
