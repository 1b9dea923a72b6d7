import {
  answerQuestion,
  createBrief,
  createRecap,
  findRelated,
  listEngines,
  Problem,
  summarize,
  summarizeBatch,
} from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import { createAnswers } from './answers.ts';
import { createBriefs } from './briefs.ts';
import { EXTRACTIVE } from './extracting.ts';
import { ollamaRoutes } from './ollama-api.ts';
import { type Making, respond } from './streaming.ts';
import { createSummaries } from './summaries.ts';
import type { Threads } from './threads.ts';
import type { Writer } from './writing.ts';

export interface Creating {
  writer: Writer | null;
  threads: Threads;
  partCharacters: number;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
}

const CALLERS: readonly ServiceName[] = ['alt-backend', 'arch-repo-service', 'pre-processor', 'tag-generator'];
const LOOK_TIMEOUT_MS = 5_000;

/** What services may ask. Nobody else gets in: a model's time is dear, and the texts are readers'. */
export function routes(creating: Creating): Route[] {
  const { writer, threads, stopping } = creating;
  const own = { callers: CALLERS };
  const summaries = createSummaries(creating);
  const answer = createAnswers(creating);
  const brief = createBriefs(creating);
  const waiting = () => writer?.waiting() ?? 0;
  const made = <Result>(
    { request, body }: { request: Request; body: { stream: boolean } },
    make: (making: Making) => Promise<Result>,
  ) => respond({ request, isStream: body.stream, stopping, waiting }, make);

  return [
    route(
      summarize,
      (context) => {
        const { body } = context;
        return made(context, (making) => summaries.summarize(body, { ...making, priority: body.priority }));
      },
      own,
    ),
    route(
      summarizeBatch,
      async ({ body, request }) => {
        const signal = AbortSignal.any([request.signal, stopping]);
        return { summaries: await summaries.summarizeBatch(body.documents, body.maximumSentences, signal) };
      },
      own,
    ),
    route(
      answerQuestion,
      (context) => {
        const { body } = context;
        return made(context, (making) => answer(body, { ...making, priority: body.priority }));
      },
      own,
    ),
    route(
      createBrief,
      (context) => {
        const { body } = context;
        return made(context, (making) => brief(body, { ...making, priority: body.priority }));
      },
      own,
    ),
    route(
      findRelated,
      async ({ body }) => ({ items: await threads.run('relateArticles', body, stopping), engine: EXTRACTIVE }),
      own,
    ),
    route(
      createRecap,
      (context) => {
        const { body } = context;
        return made(context, ({ signal }) => threads.run('composeRecap', body, signal));
      },
      own,
    ),
    route(listEngines, async () => ({ isGenerative: writer !== null, engines: await enginesOf(writer) }), own),
    ...ollamaRoutes({ writer, threads, summaries, stopping, callers: CALLERS }),
  ];
}

async function enginesOf(writer: Writer | null) {
  const builtIn = { name: EXTRACTIVE, isReady: true, reason: null, model: EXTRACTIVE };
  return writer ? [await lookAt(writer), builtIn] : [builtIn];
}

async function lookAt(writer: Writer) {
  try {
    const models = await writer.list(AbortSignal.timeout(LOOK_TIMEOUT_MS));
    const model = writer.model ?? models[0]?.name ?? null;
    const isReady = model !== null;
    return { name: writer.engineOf(model ?? ''), isReady, reason: isReady ? null : 'The server has no model.', model };
  } catch (error) {
    const reason = error instanceof Problem ? error.message : 'The model server did not answer in time.';
    return { name: writer.engineOf(writer.model ?? ''), isReady: false, reason, model: writer.model };
  }
}
