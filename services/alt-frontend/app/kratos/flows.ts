import { ApiProblem, NetworkFailure } from '../api/problem.ts';
import type { FlowPage } from './addresses.ts';

/** A text of Kratos: by its id the page knows it in the reader's language, the words are English. */
export interface KratosText {
  id: number;
  text: string;
  type?: string;
  context?: Record<string, unknown>;
}

/** One thing of a form: a field, a button, a text, a picture. A node of type `script` is never run. */
export interface KratosNode {
  type: string;
  group: string;
  attributes: {
    name?: string;
    type?: string;
    value?: unknown;
    required?: boolean;
    disabled?: boolean;
    autocomplete?: string;
    maxlength?: number;
    onclickTrigger?: string;
    id?: string;
    src?: string;
    text?: KratosText;
  };
  messages: KratosText[];
  meta: { label?: KratosText };
}

/** A form of Kratos, and how far one is with it. https://www.ory.sh/docs/kratos/self-service */
export interface KratosFlow {
  id: string;
  return_to?: string;
  state?: string;
  refresh?: boolean;
  requested_aal?: string;
  ui: { nodes: KratosNode[]; messages?: KratosText[] };
}

/** What Kratos answers with, sorted by what the page does next. */
export type Outcome =
  | { kind: 'flow'; flow: KratosFlow }
  /** A session is there; registration also names the flow that confirms the address. */
  | { kind: 'entered'; verification: string | null }
  | { kind: 'go'; address: string }
  | { kind: 'sign-in' }
  /** The flow was used up, took too long, or is another browser's: it begins again. */
  | { kind: 'over' };

export type Values = Record<string, unknown>;

/** Begins a flow. `query` is what the address of the page says: `return_to`, `refresh`, `aal`. */
export function beginFlow(page: FlowPage, query: Record<string, string>): Promise<Outcome> {
  return ask('GET', `/self-service/${page}/browser?${new URLSearchParams(query)}`);
}

export function readFlow(page: FlowPage, id: string): Promise<Outcome> {
  return ask('GET', `/self-service/${page}/flows?${new URLSearchParams({ id })}`);
}

/** Sends a form. Names with dots are nested, as Kratos wants them in JSON. */
export function sendFlow(page: FlowPage, { id, ui }: KratosFlow, values: Values): Promise<Outcome> {
  const token = ui.nodes.find(({ attributes }) => attributes.name === 'csrf_token')?.attributes.value;
  const body = nested({ ...values, csrf_token: token });
  return ask('POST', `/self-service/${page}?${new URLSearchParams({ flow: id })}`, body);
}

/** What Kratos says went wrong; its own words, or nothing. */
export async function readKratosError(id: string): Promise<string> {
  const { body } = await send('GET', `/self-service/errors?${new URLSearchParams({ id })}`);
  const error = body.error as { reason?: string; message?: string } | undefined;
  return error?.reason ?? error?.message ?? '';
}

async function ask(method: 'GET' | 'POST', path: string, values?: Values): Promise<Outcome> {
  const { status, body } = await send(method, path, values);
  return judge(status, body as Judged);
}

interface Judged extends Partial<KratosFlow> {
  session?: unknown;
  redirect_browser_to?: string;
  continue_with?: Array<{ action: string; flow?: { id?: string } }>;
  error?: { id?: string; reason?: string; message?: string };
}

/** @internal Exported for tests. */
export function judge(status: number, body: Judged): Outcome {
  if (body.ui && body.id) return { kind: 'flow', flow: body as KratosFlow };
  if (status === 200 && body.session) {
    const confirming = body.continue_with?.find(({ action }) => action === 'show_verification_ui');
    return { kind: 'entered', verification: confirming?.flow?.id ?? null };
  }
  if (body.redirect_browser_to) return { kind: 'go', address: body.redirect_browser_to };
  const id = body.error?.id ?? '';
  if (id === 'session_already_available') return { kind: 'entered', verification: null };
  if (id === 'session_inactive') return { kind: 'sign-in' };
  if (id === 'security_csrf_violation' || [403, 404, 410].includes(status)) return { kind: 'over' };
  throw new ApiProblem(status, { code: 'kratos', detail: body.error?.reason ?? body.error?.message ?? '' });
}

async function send(method: 'GET' | 'POST', path: string, values?: Values): Promise<{ status: number; body: Values }> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(values && { 'content-type': 'application/json' }) },
    ...(values && { body: JSON.stringify(values) }),
  }).catch((cause: unknown) => {
    throw new NetworkFailure(cause);
  });
  const body: unknown = await response.json().catch(() => ({}));
  const document = typeof body === 'object' && body !== null ? (body as Values) : {};
  // Of our own server, which stands before Kratos: too many attempts, or nobody there.
  if (typeof document.code === 'string') throw new ApiProblem(response.status, document);
  if (response.status >= 500) throw new ApiProblem(response.status, { code: 'unavailable' });
  return { status: response.status, body: document };
}

function nested(values: Values): Values {
  const result: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const [first = '', ...rest] = name.split('.');
    if (rest.length === 0) result[first] = value;
    else result[first] = { ...(result[first] as Values | undefined), [rest.join('.')]: value };
  }
  return result;
}
