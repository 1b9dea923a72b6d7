import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecapMailer } from './mail.ts';
import { presentMailTrouble } from './mail-troubles.ts';
import { PUBLIC_URL } from './testing.ts';
import { recapWording } from './wording.ts';

let server: SMTPServer;
let refusal: { at: 'login' | 'address' | 'mail'; responseCode: number } | null;
let port: number;

beforeEach(async () => {
  refusal = null;
  const refused = (at: NonNullable<typeof refusal>['at']) =>
    refusal?.at === at ? Object.assign(new Error('Not with me'), { responseCode: refusal.responseCode }) : null;
  server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(refused('login'), { user: 'alt' }),
    onRcptTo: (_address, _session, done) => done(refused('address')),
    onData(stream, _session, done) {
      stream.resume().on('end', () => done(refused('mail')));
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  ({ port } = address);
});
afterEach(() => close());

const close = () => new Promise<void>((resolve) => server.close(() => resolve()));

async function sendingFails(login = ''): Promise<{ responseCode?: number; message: string }> {
  const mailer = createRecapMailer({
    smtpUrl: `smtp://${login}127.0.0.1:${port}`,
    from: 'alt@x.example',
    publicUrl: PUBLIC_URL,
  });
  return mailer.askConsent({ mailTo: 'ada@example.org', token: 'token' }, recapWording('en')).then(
    () => ({ message: '' }),
    (error: Error & { responseCode?: number }) => error,
  );
}

test('why a mail did not go is kept with a code that a page can say in any language, and the relay’s own words', async () => {
  expect((await sendingFails()).message).toBe('');
  refusal = { at: 'address', responseCode: 550 };
  const refused = await sendingFails();
  expect(refused.responseCode).toBe(550);
  expect(presentMailTrouble(refused.message)).toEqual({
    error: expect.stringContaining('Not with me'),
    errorCode: 'address-refused',
  });
  refusal = { at: 'mail', responseCode: 552 };
  expect(presentMailTrouble((await sendingFails()).message)).toMatchObject({ errorCode: 'mail-refused' });
  refusal = { at: 'login', responseCode: 535 };
  expect(presentMailTrouble((await sendingFails('alt:wrong@')).message)).toMatchObject({ errorCode: 'relay-login' });
  await close();
  const unreachable = await sendingFails();
  expect(unreachable.responseCode).toBeUndefined();
  expect(presentMailTrouble(unreachable.message)).toMatchObject({
    error: expect.stringMatching(/^connect/),
    errorCode: 'relay-unreachable',
  });
});

test('what was kept by an older Alt is told as it is', () => {
  expect(presentMailTrouble('550 no')).toEqual({ error: '550 no', errorCode: 'failed' });
  expect(presentMailTrouble(null)).toEqual({ error: null, errorCode: null });
});
