import { createHmac } from 'node:crypto';
import type { ServiceName } from '@alt/topology';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createIdentify } from './identify.ts';
import type { PeerFetch } from './service.ts';
import { createKeys, generateServiceKey, publicHalf } from './tokens.ts';

type Claims = Record<string, unknown>;
type Signed = { claims?: Claims; header?: Record<string, unknown>; key?: JWK };

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token signed as it should be, except for what is given. */
async function sign(base: { claims: Claims; header: { alg: string; kid: string }; key: JWK }, other: Signed = {}) {
  const key = (await importJWK(other.key ?? base.key, 'EdDSA')) as CryptoKey;
  return new SignJWT({ ...base.claims, ...other.claims })
    .setProtectedHeader({ ...base.header, ...other.header })
    .sign(key);
}

/** A token that says that it needs no signature (RFC 7519, 6). */
const unsigned = (claims: Claims, header: object, signature = '') =>
  `${encode({ ...header, alg: 'none' })}.${encode(claims)}.${signature}`;

/** A token that takes the public key for a shared secret (RFC 8725, 2.1). */
function symmetric(claims: Claims, header: object, secret: string | Buffer): string {
  const text = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** The bytes that somebody might take for the secret. */
function secretsOf(jwk: JWK): (string | Buffer)[] {
  const { d: _, ...open } = jwk;
  return [JSON.stringify(open), open.x ?? '', Buffer.from(open.x ?? '', 'base64url')];
}

const withoutPart = (token: string, index: number) =>
  token
    .split('.')
    .map((part, at) => (at === index ? '' : part))
    .join('.');

describe('a user token', () => {
  const kid = 'the-signing-key';
  let own: JWK;
  let stranger: JWK;
  let base: { claims: Claims; header: { alg: string; kid: string; typ: string }; key: JWK };

  beforeAll(async () => {
    own = await newKey();
    stranger = await newKey();
    const who = {
      tenant: '018f0000-0000-7000-8000-0000000000ff',
      role: 'owner',
      email: 'ada@example.org',
      name: 'Ada',
    };
    const claims = { sub: '018f0000-0000-7000-8000-000000000001', iss: 'auth-service', aud: 'alt', ...who };
    base = {
      claims: { ...claims, session: 's', scope: 'full', iat: now(), exp: now() + 300 },
      header: { alg: 'EdDSA', kid, typ: 'JWT' },
      key: own,
    };
  });

  /** What a service makes of a token that its exchange answers with. */
  const readerOf = (token: string) => {
    const peer = async (path: string) =>
      path === '/internal/keys'
        ? Response.json({ keys: [{ ...open(own), kid, alg: 'EdDSA', use: 'sig' }] })
        : Response.json({ token, csrfToken: 'c', expiresAt: new Date().toISOString() });
    const request = new Request('http://test/', { headers: { cookie: 'alt_session=x' } });
    return createIdentify(peer as PeerFetch)(request, '192.0.2.1');
  };

  it('of auth-service is believed', async () => {
    expect(await readerOf(await sign(base))).toMatchObject({ email: 'ada@example.org', role: 'owner' });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['without a signature', () => unsigned(base.claims, base.header)],
    ['that is signed with nothing and carries some bytes', () => unsigned(base.claims, base.header, 'AAAA')],
    ['of another key', () => sign(base, { key: stranger })],
    ['of another key that it names', () => sign(base, { key: stranger, header: { kid: 'another' } })],
    ['that brings its own key', async () => sign(base, { key: stranger, header: { jwk: open(stranger) } })],
    ['for another audience', () => sign(base, { claims: { aud: 'alt-backend' } })],
    ['without an audience', () => sign(base, { claims: { aud: undefined } })],
    ['of another issuer', () => sign(base, { claims: { iss: 'alt-backend' } })],
    ['that is over', () => sign(base, { claims: { iat: now() - 400, exp: now() - 60 } })],
    ['that has not begun', () => sign(base, { claims: { nbf: now() + 60 } })],
    ['that never ends', () => sign(base, { claims: { exp: undefined } })],
    ['with a role that there is not', () => sign(base, { claims: { role: 'root' } })],
    ['without a tenant', () => sign(base, { claims: { tenant: undefined } })],
    ['for a tenant that is no id', () => sign(base, { claims: { tenant: "' or true" } })],
    [
      'whose claims were changed',
      async () => {
        const [head, , signature] = (await sign(base)).split('.');
        return `${head}.${encode({ ...base.claims, role: 'owner', tenant: '018f0000-0000-7000-8000-0000000000ee' })}.${signature}`;
      },
    ],
    ['without its signature part', async () => withoutPart(await sign(base), 2)],
    ['with an extension that must be understood', () => sign(base, { header: { crit: ['x'], x: 1 } })],
    ['that is none', () => 'no token'],
    ['that is empty', () => ''],
  ])('%s is refused', async (_name, forge) => {
    const forged = await Promise.resolve()
      .then(forge)
      .catch(() => 'it could not even be made');
    await expect(readerOf(forged)).rejects.toThrow();
  });

  it('signed with the public key as a shared secret is refused', async () => {
    for (const secret of secretsOf(own)) {
      await expect(readerOf(symmetric(base.claims, base.header, secret))).rejects.toThrow();
    }
  });

  it('is not what a service token is', async () => {
    const service = await generateServiceKey('auth-service');
    const keys = createKeys('auth-service', { own: service, all: [publicHalf(service)] });
    await expect(readerOf(await keys.serviceToken('alt-backend'))).rejects.toThrow();
  });
});

describe('a service token', () => {
  let gateway: Awaited<ReturnType<typeof generateServiceKey>>;
  let backend: Awaited<ReturnType<typeof generateServiceKey>>;
  let base: { claims: Claims; header: { alg: string; kid: string }; key: JWK };

  beforeAll(async () => {
    [gateway, backend] = await Promise.all([generateServiceKey('gateway'), generateServiceKey('alt-backend')]);
    base = {
      claims: { iss: 'gateway', aud: 'alt-backend', iat: now(), exp: now() + 300 },
      header: { alg: 'EdDSA', kid: gateway.kid },
      key: gateway,
    };
  });

  const callerOf = (token: string, audience: ServiceName = 'alt-backend') =>
    createKeys('alt-backend', { own: backend, all: [gateway, backend].map(publicHalf) }).callerOf(token, audience);

  it('in one’s own name is believed', async () => {
    expect(await callerOf(await sign(base))).toBe('gateway');
  });

  it.each<[string, () => Promise<string> | string]>([
    ['without a signature', () => unsigned(base.claims, base.header)],
    ['of a key that is in no set', async () => sign(base, { key: await newKey() })],
    ['in the name of another', () => sign(base, { claims: { iss: 'alt-backend' } })],
    [
      'in the name of another, with that one’s key id',
      () => sign(base, { claims: { iss: 'alt-backend' }, header: { kid: backend.kid } }),
    ],
    ['with the key id of another', () => sign(base, { header: { kid: backend.kid } })],
    ['signed by another in its name', () => sign(base, { key: backend, header: { kid: backend.kid } })],
    ['of nobody that there is', () => sign(base, { claims: { iss: 'nobody' } })],
    ['without an issuer', () => sign(base, { claims: { iss: undefined } })],
    ['whose issuer is a part of a name', () => sign(base, { claims: { iss: '' } })],
    ['without a key id', () => sign(base, { header: { kid: undefined } })],
    ['for another service', () => sign(base, { claims: { aud: 'auth-service' } })],
    ['without an audience', () => sign(base, { claims: { aud: undefined } })],
    ['that is over', () => sign(base, { claims: { exp: now() - 60 } })],
    ['that has not begun', () => sign(base, { claims: { nbf: now() + 60 } })],
    ['that never ends', () => sign(base, { claims: { exp: undefined } })],
    ['that was made long ago for a long life', () => sign(base, { claims: { iat: now() - 3600, exp: now() + 3600 } })],
    ['that does not say when it was made', () => sign(base, { claims: { iat: undefined } })],
    [
      'that brings its own key',
      async () => {
        const key = await newKey();
        return sign(base, { key, header: { jwk: open(key) } });
      },
    ],
  ])('%s is nobody’s', async (_name, forge) => {
    expect(await callerOf(await forge())).toBeNull();
  });

  it('signed with a public key as a shared secret is nobody’s', async () => {
    for (const secret of secretsOf(gateway)) {
      expect(await callerOf(symmetric(base.claims, base.header, secret))).toBeNull();
    }
  });

  it('is worth nothing at another service, and a user token is none', async () => {
    const token = await sign(base);
    expect(await callerOf(token, 'auth-service')).toBeNull();
    const user = { sub: '018f0000-0000-7000-8000-000000000001', iss: 'auth-service', aud: 'alt' };
    expect(await callerOf(await sign(base, { claims: user }))).toBeNull();
  });

  it('is not believed longer than it lives, although it was verified before', async () => {
    const keys = createKeys('alt-backend', { own: backend, all: [gateway, backend].map(publicHalf) });
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const token = await sign(base, { claims: { iat: now(), exp: now() + 10 } });
    expect(await keys.callerOf(token, 'alt-backend')).toBe('gateway');
    // Over while it is kept, and so is the tolerance for clocks that differ.
    vi.setSystemTime(Date.now() + 16_000);
    expect(await keys.callerOf(token, 'alt-backend')).toBeNull();
  });
});

async function newKey(): Promise<JWK> {
  return exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).privateKey);
}

function open({ d: _, ...rest }: JWK): JWK {
  return rest;
}
