import { isServiceName, type ServiceName } from '@alt/topology';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';

const SERVICE_TOKEN_SECONDS = 300;
const RENEW_BEFORE_MS = 60_000;
const VERIFIED_MAXIMUM = 1_000;

export const SERVICE_TOKEN_HEADER = 'x-alt-service-token';
export const USER_TOKEN_HEADER = 'x-alt-user-token';

/** Something that carries headers: a Request, or what a test builds. */
export interface IncomingRequest {
  headers: Headers;
}

/** A private JWK of one service, and the public JWKs of all; `kid` is `<service>/<thumb>`. */
export interface KeyMaterial {
  own: JWK & { kid: string };
  all: (JWK & { kid: string })[];
}

/** Signs this service's tokens and verifies those of its peers. */
export interface Keys {
  serviceToken(audience: ServiceName): Promise<string>;
  /** The service that made the token, or null if it is not valid for `audience`. */
  callerOf(token: string, audience: ServiceName): Promise<ServiceName | null>;
}

/** A new Ed25519 pair for a service, as JWKs. */
export async function generateServiceKey(service: ServiceName): Promise<JWK & { kid: string }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg: 'EdDSA', kid: `${service}/${(jwk.x ?? '').slice(0, 8)}` };
}

/** The public half of a JWK. */
export function publicHalf({ d: _private, ...rest }: JWK & { kid: string }): JWK & { kid: string } {
  return rest;
}

export function createKeys(service: ServiceName, material: KeyMaterial): Keys {
  const signing = importJWK(material.own, 'EdDSA') as Promise<CryptoKey>;
  const verifying = new Map<string, Promise<CryptoKey>>();
  for (const jwk of material.all) verifying.set(jwk.kid, importJWK(jwk, 'EdDSA') as Promise<CryptoKey>);
  const made = new Map<ServiceName, { token: string; renewAt: number }>();
  const verified = new Map<string, { caller: ServiceName; expiresAt: number }>();

  async function serviceToken(audience: ServiceName): Promise<string> {
    const present = made.get(audience);
    if (present && Date.now() < present.renewAt) return present.token;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: material.own.kid })
      .setIssuer(service)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${SERVICE_TOKEN_SECONDS}s`)
      .sign(await signing);
    made.set(audience, { token, renewAt: Date.now() + SERVICE_TOKEN_SECONDS * 1000 - RENEW_BEFORE_MS });
    return token;
  }

  async function callerOf(token: string, audience: ServiceName): Promise<ServiceName | null> {
    const id = `${audience} ${token}`;
    const known = verified.get(id);
    if (known && Date.now() < known.expiresAt) return known.caller;
    try {
      const { payload } = await jwtVerify(
        token,
        async (header) => {
          const key = await verifying.get(header.kid ?? '');
          if (!key) throw new Error('unknown key');
          return key;
        },
        // The age is counted too: a token that claims to live for a year is none of ours.
        {
          audience,
          algorithms: ['EdDSA'],
          clockTolerance: 5,
          requiredClaims: ['exp', 'iat'],
          maxTokenAge: SERVICE_TOKEN_SECONDS,
        },
      );
      const issuer = payload.iss ?? '';
      const kid = material.all.find((jwk) => jwk.kid.startsWith(`${issuer}/`));
      if (!isServiceName(issuer) || !kid || !tokenKid(token)?.startsWith(`${issuer}/`)) return null;
      if (verified.size >= VERIFIED_MAXIMUM) verified.clear();
      verified.set(id, { caller: issuer, expiresAt: (payload.exp ?? 0) * 1000 });
      return issuer;
    } catch {
      return null;
    }
  }

  return { serviceToken, callerOf };
}

/** The key id in a token's header: a service may only speak in its own name. */
function tokenKid(token: string): string | undefined {
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string };
  return header.kid;
}
