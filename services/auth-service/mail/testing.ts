import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  to: string;
  subject: string;
  text: string;
}

/** A mail relay on loopback, for tests. */
export interface TestRelay {
  url: string;
  mails: ReceivedMail[];
  /** The status with which mails are refused, at the address or at their end; null for none. */
  refusal: { at: 'address' | 'mail'; responseCode: number } | null;
  refused: number;
  close(): Promise<void>;
}

export async function openTestRelay(): Promise<TestRelay> {
  const relay: TestRelay = { url: '', mails: [], refusal: null, refused: 0, close: async () => {} };
  const refusalAt = (at: 'address' | 'mail') => {
    if (relay.refusal?.at !== at) return null;
    relay.refused += 1;
    return Object.assign(new Error('Not with me'), { responseCode: relay.refusal.responseCode });
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(refusalAt('address')),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = refusalAt('mail');
        if (refusal) return done(refusal);
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        relay.mails.push({ to, ...readMail(Buffer.concat(chunks).toString()) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  relay.url = `smtp://127.0.0.1:${address.port}`;
  relay.close = () => new Promise((resolve) => server.close(() => resolve()));
  return relay;
}

/** The secret of the link in a mail. */
export function linkIn({ text }: ReceivedMail): URL {
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (!link) throw new Error(`There is no link in: ${text}`);
  return new URL(link);
}

export function tokenIn(mail: ReceivedMail): string {
  return new URLSearchParams(linkIn(mail).hash.slice(1)).get('token') ?? '';
}

/** Of a mail of one part: its subject and its text, decoded (RFC 2045, RFC 2047). */
function readMail(source: string): { subject: string; text: string } {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? '';
  const body = rest.join('\r\n\r\n');
  const encoding = header('Content-Transfer-Encoding').toLowerCase();
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? fromQuotedPrintable(body.replace(/=\r?\n/g, ''))
        : body;
  const subject = header('Subject')
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_match, word: string) => Buffer.from(word, 'base64').toString())
    .replace(/=\?UTF-8\?Q\?([^?]*)\?=/gi, (_match, word: string) => fromQuotedPrintable(word.replaceAll('_', ' ')));
  return { subject, text };
}

function fromQuotedPrintable(text: string): string {
  const bytes = text.replace(/=([\dA-F]{2})/gi, (_hex, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
