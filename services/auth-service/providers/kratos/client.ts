import { Problem } from '@alt/contracts';
import { Configuration, FrontendApi, IdentityApi, ResponseError, type Session } from '@ory/client-fetch';

const TIMEOUT_MS = 10_000;

/** The two doors of an Ory Kratos: what people may ask it, and what its operator may. */
export interface KratosClient {
  people: FrontendApi;
  admin: IdentityApi;
}

/** What shows a session of Kratos: the token of a program, or the cookies of a browser. */
export interface KratosCredential {
  kind: 'token' | 'cookie';
  value: string;
}

/** No redirect is followed: what the operator configured is asked, and nobody else. */
export function createKratosClient({ publicUrl, adminUrl }: { publicUrl: string; adminUrl: string }): KratosClient {
  const fetchApi: typeof fetch = async (url, init) => {
    try {
      return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new Problem('unavailable', 'Kratos, which keeps the identities, does not answer. Try again in a moment.', {
        cause,
      });
    }
  };
  const open = (address: string) => new Configuration({ basePath: address.replace(/\/+$/, ''), fetchApi });
  return { people: new FrontendApi(open(publicUrl)), admin: new IdentityApi(open(adminUrl)) };
}

/** An answer of Kratos that is no success: its status, what it says in `error`, and the messages of a flow. */
export interface KratosRefusal {
  status: number;
  /** Such as `session_aal2_required`. */
  id: string;
  /** Ids of messages, of the flow and of its fields; https://www.ory.sh/docs/kratos/concepts/ui-user-interface#ui-message-codes */
  messages: { id: number; text: string }[];
}

/** What Kratos refused; anything that says nothing about the request is thrown again. */
export async function refusalOf(error: unknown): Promise<KratosRefusal> {
  // The generated client wraps what `fetchApi` throws.
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof Problem) throw error;
  if (cause instanceof Problem) throw cause;
  if (!(error instanceof ResponseError)) throw error;
  const { status } = error.response;
  if (status >= 500) {
    throw new Problem('unavailable', 'Kratos, which keeps the identities, has a fault. Try again in a moment.', {
      cause: error,
    });
  }
  const body = (await error.response.json().catch(() => ({}))) as RefusedBody;
  const messages = [...(body.ui?.messages ?? []), ...(body.ui?.nodes ?? []).flatMap((node) => node.messages ?? [])];
  return { status, id: body.error?.id ?? '', messages };
}

interface RefusedBody {
  error?: { id?: string };
  ui?: { messages?: KratosRefusal['messages']; nodes?: { messages?: KratosRefusal['messages'] }[] };
}

/**
 * Whose session a credential shows: `none` where it is unknown, ended, or of an account that was disabled there;
 * `second-factor` where the account has one that this session did not see yet.
 */
export async function whoami(
  { people }: KratosClient,
  credential: KratosCredential,
): Promise<Session | 'none' | 'second-factor'> {
  try {
    const { kind, value } = credential;
    return await people.toSession(kind === 'token' ? { xSessionToken: value } : { cookie: value });
  } catch (error) {
    const { status, id } = await refusalOf(error);
    if (id === 'session_aal2_required') return 'second-factor';
    if (status === 401 || status === 403) return 'none';
    throw error;
  }
}

/** The answer of the admin API; null where there is no such thing. */
export async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    const refusal = await refusalOf(error);
    if (refusal.status === 404) return null;
    throw error;
  }
}
