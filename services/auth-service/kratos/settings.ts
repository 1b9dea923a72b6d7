import path from 'node:path';

/** Where Kratos and auth-service find each other, and people both. */
export interface KratosDeployment {
  /** The address at which browsers reach Alt. */
  origin: string;
  /** auth-service as Kratos reaches it, and the token that Kratos shows there (KRATOS_TOKEN). */
  authService: { url: string; token: string };
  /** The folder, as Kratos sees it, with the files that lie beside this one. */
  folder: string;
}

/**
 * What differs from place to place and cannot be given by Kratos' environment names, because it lies in lists: a second
 * configuration file beside kratos.yaml. DSN and secrets (SECRETS_COOKIE, SECRETS_CIPHER) come by the environment.
 *
 * The first webhook is the gate: with `parse` it is asked before the identity is stored, and can refuse. The second one
 * tells of the identity once it is there.
 */
export function kratosSettings({ origin, authService, folder }: KratosDeployment) {
  const file = (name: string) => `file://${path.posix.join(folder, name)}`;
  const auth = { type: 'api_key', config: { name: 'x-kratos-token', value: authService.token, in: 'header' } };
  const call = (name: string, body: string) => ({
    url: `${authService.url}/internal/kratos/${name}`,
    method: 'POST',
    body: file(body),
    auth,
  });
  const webhook = (name: string, options: object = {}) => ({
    hook: 'web_hook',
    config: { ...call(name, `${name}.jsonnet`), ...options },
  });
  const hooks = [webhook('registering', { response: { parse: true } }), webhook('registered'), { hook: 'session' }];
  return {
    identity: { schemas: [{ id: 'reader', url: file('identity.schema.json') }] },
    serve: { public: { base_url: `${origin}/` } },
    courier: { delivery_strategy: 'http', http: { request_config: call('mails', 'mail.jsonnet') } },
    selfservice: {
      default_browser_return_url: `${origin}/kratos/done`,
      allowed_return_urls: [`${origin}/`],
      methods: {
        passkey: { config: { rp: { id: new URL(origin).hostname, display_name: 'Alt', origins: [origin] } } },
      },
      flows: {
        login: { ui_url: `${origin}/kratos/login` },
        registration: { ui_url: `${origin}/kratos/registration`, after: { password: { hooks }, passkey: { hooks } } },
        settings: { ui_url: `${origin}/kratos/settings` },
        recovery: { ui_url: `${origin}/kratos/recovery` },
        verification: { ui_url: `${origin}/kratos/verification` },
        error: { ui_url: `${origin}/kratos/error` },
      },
    },
  };
}
