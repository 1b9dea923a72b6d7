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
export function createWriter(model: Model, queue: Queue, name: string | null): Writer {
  return {
    model: name,
    engineOf: (name) => `${model.kind}/${name}`,
    chat: (request, turn) => queue.run(() => model.chat(request, askingOf(turn)), turn),
    embed: (texts, name, turn) => queue.run(() => model.embed(texts, name, turn.signal), turn),
    list: (signal) => model.list(signal),
    waiting: () => queue.size().waiting,
  };
}

function askingOf({ signal, onText }: Turn): Asking {
  return onText ? { signal, onText } : { signal };
}
