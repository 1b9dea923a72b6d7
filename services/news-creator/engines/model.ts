export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
}

export interface ChatRequest {
  /** The server's own name of a model; null for the configured one. */
  model: string | null;
  messages: ChatMessage[];
  /** `json`, or the JSON Schema of the answer. */
  format?: 'json' | Record<string, unknown> | undefined;
  temperature?: number | undefined;
  /** Of the answer, with what the model thinks before it. */
  maximumTokens?: number | undefined;
  /** Of question and answer together; without it the engine sees to it that they fit. */
  contextTokens?: number | undefined;
}

export interface ChatAnswer {
  text: string;
  model: string;
  /** `stop`, or `length` where the answer was cut. */
  doneReason: string;
  promptTokens: number | null;
  answerTokens: number | null;
}

export interface ModelEntry {
  name: string;
  modifiedAt: string;
  sizeBytes: number;
  digest: string;
  family: string;
}

export interface Asking {
  signal: AbortSignal;
  /** Hears the answer piece by piece. */
  onText?: (text: string) => void;
}

/** Room for the thoughts of models that think before they answer: they count as its tokens. */
export const THOUGHT_TOKENS = 2_048;

/**
 * A configured server of models. Every method throws a Problem: `unavailable` (down, or its settings are wrong),
 * `timeout` (silent for too long), `too-many-requests`, `bad-gateway` (it answered, and nothing useful).
 */
export interface Model {
  kind: 'ollama' | 'openai';
  chat(request: ChatRequest, asking: Asking): Promise<ChatAnswer>;
  embed(texts: string[], model: string | null, signal: AbortSignal): Promise<number[][]>;
  list(signal: AbortSignal): Promise<ModelEntry[]>;
}
