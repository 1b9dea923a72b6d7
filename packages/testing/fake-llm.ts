import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a model server can be: `good`; `slow` (a word now and then); `hang` (takes the request and never answers); `die`
 * (breaks off in the middle of an answer); `junk` (something that is not its API); `babble` (its API, and nonsense);
 * `cut` (stops where its answer has as many tokens as it may); `too-many` (429 with Retry-After); `broken` (500);
 * `no-model` (404).
 */
export type LlmBehaviour =
  | 'good'
  | 'slow'
  | 'hang'
  | 'die'
  | 'junk'
  | 'babble'
  | 'cut'
  | 'too-many'
  | 'broken'
  | 'no-model';

export interface LlmRequest {
  path: string;
  prompt: string;
  /** What was sent as JSON. */
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

export interface FakeLlm {
  origin: string;
  /** The requests for texts so far; lists of models are not counted. */
  requests: LlmRequest[];
  /** How many are being answered now, and were at most. */
  running(): { now: number; most: number };
  behave(behaviour: LlmBehaviour): void;
  /** Lets the model answer so; null lets the rest of the rules decide. */
  answerWith(answer: (request: LlmRequest) => string | null): void;
  stop(): Promise<void>;
}

const SLOW_WORD_MS = 15;
const BABBLE = 'lorem ipsum lorem ipsum lorem ipsum';

/**
 * A model server on loopback that speaks Ollama's API and OpenAI's, and is as good or bad as a test needs. Without other
 * rules it answers with the first sentence of the text that it was given, and judges everything faithful.
 */
export async function startFakeLlm(): Promise<FakeLlm> {
  const state: State = { behaviour: 'good', requests: [], now: 0, most: 0, answer: () => null };
  const server = createServer((request, response) => {
    handle(state, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests: state.requests,
    running: () => ({ now: state.now, most: state.most }),
    behave(behaviour) {
      state.behaviour = behaviour;
    },
    answerWith(answer) {
      state.answer = answer;
    },
    stop: () => close(server),
  };
}

interface State {
  behaviour: LlmBehaviour;
  requests: LlmRequest[];
  now: number;
  most: number;
  answer: (request: LlmRequest) => string | null;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function handle(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
  const body = await readJson(incoming);
  if (path === '/api/tags') return send(response, { models: [{ name: 'fake:1b', details: { family: 'fake' } }] });
  if (path === '/v1/models') return send(response, { data: [{ id: 'fake:1b', owned_by: 'fake' }] });
  const request = { path, prompt: promptOf(body), body, headers: incoming.headers };
  state.requests.push(request);
  state.now += 1;
  state.most = Math.max(state.most, state.now);
  response.once('close', () => {
    state.now -= 1;
  });
  if (path === '/api/embed') return send(response, { embeddings: [body.input].flat().map(() => [1, 0]) });
  if (path === '/v1/embeddings') {
    return send(response, { data: [body.input].flat().map((_text, index) => ({ index, embedding: [1, 0] })) });
  }
  await misbehave(state, request, response);
}

async function misbehave(state: State, request: LlmRequest, response: ServerResponse): Promise<void> {
  switch (state.behaviour) {
    case 'hang':
      return;
    case 'junk':
      return send(response, '<html><body>Welcome to the router</body></html>');
    case 'too-many':
      return send(response, { error: 'busy' }, 429, { 'retry-after': '7' });
    case 'broken':
      return send(response, { error: 'out of memory' }, 500);
    case 'no-model':
      return send(response, { error: 'model "fake:1b" not found' }, 404);
    case 'babble':
      return speak(response, request.path, [BABBLE, BABBLE]);
    default: {
      const words = (state.answer(request) ?? standardAnswer(request)).split(/(?<=\s)/u);
      const pauseMs = state.behaviour === 'slow' ? SLOW_WORD_MS : 0;
      const doneReason = state.behaviour === 'cut' ? 'length' : 'stop';
      return speak(response, request.path, words, { pauseMs, dies: state.behaviour === 'die', doneReason });
    }
  }
}

/** Streams words in the way of the API that was asked. */
async function speak(
  response: ServerResponse,
  path: string,
  words: string[],
  { pauseMs = 0, dies = false, doneReason = 'stop' }: { pauseMs?: number; dies?: boolean; doneReason?: string } = {},
): Promise<void> {
  const isOllama = path === '/api/chat';
  response.writeHead(200, { 'content-type': isOllama ? 'application/x-ndjson' : 'text/event-stream' });
  for (const [index, word] of words.entries()) {
    if (dies && index > 0) break;
    response.write(isOllama ? ollamaLine(word, null) : openaiEvent(word, null));
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (dies) {
    // What was written must have left before the connection breaks.
    setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end(isOllama ? ollamaLine('', doneReason) : `${openaiEvent('', doneReason)}data: [DONE]\n\n`);
}

function ollamaLine(content: string, doneReason: string | null): string {
  const end = doneReason === null ? {} : { done_reason: doneReason, eval_count: 7, prompt_eval_count: 70 };
  const message = { role: 'assistant', content };
  return `${JSON.stringify({ model: 'fake:1b', message, done: doneReason !== null, ...end })}\n`;
}

function openaiEvent(content: string, finishReason: string | null): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finishReason }] })}\n\n`;
}

function standardAnswer({ prompt }: LlmRequest): string {
  if (prompt.includes('"scores"')) return verdict(prompt, 9);
  if (/the word OK/.test(prompt)) return 'OK';
  const text = /<text>\s*([\s\S]*?)\s*<\/text>/.exec(prompt)?.[1] ?? prompt;
  return /^[\s\S]*?[.!?。！？]/u.exec(text)?.[0] ?? text;
}

/** The judge's answer that gives each statement that it is asked about so many points of ten. */
export function verdict(prompt: string, points: number): string {
  const statements = /<statements>\n([\s\S]*)\n<\/statements>/.exec(prompt)?.[1]?.split('\n') ?? [];
  return JSON.stringify({ scores: statements.map(() => points) });
}

function promptOf(body: Record<string, unknown>): string {
  const messages = Array.isArray(body.messages) ? (body.messages as { content?: unknown }[]) : [];
  return messages.map(({ content }) => String(content)).join('\n');
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>) : {};
}

function send(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
