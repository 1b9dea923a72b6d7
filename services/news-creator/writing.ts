import type { WorkRecord } from '@alt/pipeline';
import type { Asking, ChatAnswer, ChatRequest, Model, ModelEntry } from './engines/model.ts';
import type { Priority, Queue } from './queue.ts';

export interface Turn {
  priority: Priority;
  signal: AbortSignal;
  onText?: (text: string) => void;
}

/** The configured model behind its queue. */
export interface Writer {
  /** `ollama/gemma3:4b`: what readers are shown. */
  engineOf(model: string): string;
  /** The configured model; null: the server's first. */
  model: string | null;
  chat(request: ChatRequest, turn: Turn): Promise<ChatAnswer>;
  embed(texts: string[], model: string | null, turn: Turn): Promise<number[][]>;
  list(signal: AbortSignal): Promise<ModelEntry[]>;
  /** Requests that wait for the model. */
  waiting(): number;
}

/** Lets a model work on few requests at a time. Lists of models do not wait. */
export function createWriter(model: Model, queue: Queue, name: string | null, record: WorkRecord | null): Writer {
  return {
    model: name,
    engineOf: (name) => `${model.kind}/${name}`,
    chat: (request, turn) =>
      queue.run(
        () => recorded(record, 'chat', request.model ?? name, turn.signal, () => model.chat(request, askingOf(turn))),
        turn,
      ),
    embed: (texts, wanted, turn) =>
      queue.run(
        () => recorded(record, 'embed', wanted ?? name, turn.signal, () => model.embed(texts, wanted, turn.signal)),
        turn,
      ),
    list: (signal) => model.list(signal),
    waiting: () => queue.size().waiting,
  };
}

/** A request that its asker gave up says nothing of the model. */
async function recorded<Answer extends ChatAnswer | number[][]>(
  record: WorkRecord | null,
  kind: string,
  wanted: string | null,
  signal: AbortSignal,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const startedAt = performance.now();
  const took = () => performance.now() - startedAt;
  try {
    const answer = await ask();
    const said = Array.isArray(answer) ? null : (answer as ChatAnswer);
    const tokens = { tokensIn: said?.promptTokens ?? 0, tokensOut: said?.answerTokens ?? 0 };
    record?.add({ name: kind, variant: said?.model ?? wanted ?? '', isDone: true, milliseconds: took(), ...tokens });
    return answer;
  } catch (error) {
    if (!signal.aborted) record?.add({ name: kind, variant: wanted ?? '', isDone: false, milliseconds: took() });
    throw error;
  }
}

function askingOf({ signal, onText }: Turn): Asking {
  return onText ? { signal, onText } : { signal };
}
