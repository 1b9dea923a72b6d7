import { listen } from '@alt/service-kit';
import { freePort } from '@alt/testing/free-port.ts';
import { type RunningKratos, startKratos } from '../../kratos/testing.ts';
import { startTestAuthService, type TestAuthService } from '../../testing.ts';

export const KRATOS_TOKEN = 'what kratos shows when it calls us, long enough';

/** A real Kratos, and auth-service where it looks for it: whichever one was opened last. */
export interface KratosUnderTest {
  kratos: RunningKratos;
  /** Starts auth-service with it, on a fresh database; nobody has an identity at Kratos then. */
  open(environment?: Record<string, string>): Promise<TestAuthService>;
  /** The admin API of Kratos. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

export async function startKratosUnderTest(origin = 'http://localhost:8000'): Promise<KratosUnderTest> {
  let current: TestAuthService | null = null;
  const port = await freePort();
  const server = await listen(
    async (request) => current?.fetch(request) ?? new Response('auth-service is not there', { status: 503 }),
    { port, hostname: '127.0.0.1' },
  );
  const authService = { url: `http://127.0.0.1:${port}`, token: KRATOS_TOKEN };
  const kratos = await startKratos({ binary: binaryOf(process.env), origin, authService });
  const admin: KratosUnderTest['admin'] = (method, path, body) =>
    fetch(`${kratos.adminUrl}/admin${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    kratos,
    admin,
    async open(environment = {}) {
      const identities: { id: string }[] = await (await admin('GET', '/identities?page_size=500')).json();
      for (const { id } of identities) await admin('DELETE', `/identities/${id}`);
      current = await startTestAuthService({ ...kratosSettings(kratos), ALT_PUBLIC_URL: origin, ...environment });
      return current;
    },
    async stop() {
      await kratos.stop();
      await server.stop();
    },
  };
}

function binaryOf({ KRATOS_BINARY: binary }: NodeJS.ProcessEnv): string {
  if (binary) return binary;
  throw new Error('These tests need a Kratos: run them by `npm run test:kratos`, which builds one.');
}

/** The settings of auth-service for a Kratos. */
export function kratosSettings({ publicUrl, adminUrl }: Pick<RunningKratos, 'publicUrl' | 'adminUrl'>) {
  return {
    ALT_IDENTITY_PROVIDER: 'kratos',
    KRATOS_PUBLIC_URL: publicUrl,
    KRATOS_ADMIN_URL: adminUrl,
    KRATOS_TOKEN,
  };
}
