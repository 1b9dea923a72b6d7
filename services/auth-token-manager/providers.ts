/** An external service that gives tokens by OAuth 2.0. */
export interface Provider {
  /** As people know it. */
  title: string;
  origin: string;
  paths: {
    authorize: string;
    token: string;
    /** RFC 7009; null where the service has none, and permission is withdrawn on its own pages. */
    revoke: string | null;
  };
  scope: string;
  /** Where its users see and withdraw what they allowed. */
  permissionsPage: string;
  /** Whether an account belongs to a reader of Alt, and not to the installation. */
  isOfReaders: boolean;
  /** How long a token lives where an answer does not say. */
  lifeSeconds: number;
}

/** Every provider is a row. */
export const providers = {
  // https://www.inoreader.com/developers/oauth: no revocation endpoint; id and secret of the client go into the body.
  inoreader: {
    title: 'Inoreader',
    origin: 'https://www.inoreader.com',
    paths: { authorize: '/oauth2/auth', token: '/oauth2/token', revoke: null },
    scope: 'read write',
    permissionsPage: 'https://www.inoreader.com/preferences/api',
    isOfReaders: true,
    lifeSeconds: 3_600,
  },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

export const providerNames = Object.keys(providers) as ProviderName[];

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providers, name);
}

/** An application as it is registered with a provider, and where that provider is. */
export interface Client {
  clientId: string;
  clientSecret: string;
  /** In place of the provider's own origin: an operator's, or a test's. */
  url: string;
  redirectUri: string | null;
}
