import type { Database } from '@alt/database';
import type { Config } from './config.ts';
import type { Mails } from './mail/worker.ts';
import type { IdentityProvider } from './providers/provider.ts';
import { sessionCookie } from './sessions.ts';
import type { Issuer } from './single-sign-on/issuer.ts';
import type { TokenIssuer } from './tokens.ts';
import type { Vault } from './vault.ts';

/** What the endpoints work with. */
export interface Dependencies {
  database: Database;
  config: Config;
  tokens: TokenIssuer;
  provider: IdentityProvider;
  vault: Vault;
  /** The OpenID provider of the single sign-on, where there is one. */
  issuer: Issuer | null;
  /** Null where no mail can be sent. */
  mails: Mails | null;
  /** The address that people use. */
  publicUrl: URL;
  /** Whether the public address is https; the cookie then travels over nothing else. */
  isSecure: boolean;
}

/** The header that gives a browser its session; an empty secret takes it away. */
export function setCookie({ config, isSecure }: Dependencies, secret: string): Record<string, string> {
  return { 'set-cookie': sessionCookie(secret, config.life, isSecure) };
}
