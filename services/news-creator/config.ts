import { hostname } from 'node:os';
import { addressOf, servicePort } from '@alt/topology';
import { z } from 'zod';

const number = (standard: number, minimum: number, maximum: number) =>
  z.coerce.number('must be a number').int().min(minimum).max(maximum).default(standard);

const environment = z
  .object({
    /** The Ollama-compatible server that writes: `host:port` or a URL. */
    OLLAMA_HOST: z.string().trim().optional(),
    /** The base of an OpenAI-compatible API instead, such as `https://api.openai.com/v1`. */
    ALT_LLM_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
    /** The key of that API. */
    ALT_LLM_KEY: z.string().optional(),
    /** The model that writes. Without it, the first that an Ollama server has. */
    ALT_LLM_MODEL: z.string().trim().optional(),
    /** The model that makes vectors; without it, the one that writes. */
    ALT_LLM_EMBED_MODEL: z.string().trim().optional(),
    /** Requests that the model server works on at the same time; the others wait, those of readers first. */
    ALT_LLM_CONCURRENCY: number(1, 1, 64),
    /** Seconds that the model server may be silent, before its first word or between two. */
    ALT_LLM_TIMEOUT_SECONDS: z.coerce.number('must be a number').min(0.05).max(86_400).default(600),
    /** Characters of a text that are given to the model at once; longer texts go in parts. */
    ALT_LLM_PART_CHARACTERS: number(12_000, 1_000, 400_000),
    /** Threads of the built-in engine; they end when there is nothing to do. */
    ALT_CREATOR_THREADS: number(1, 1, 32),
    /** What this process listens on; to see that OLLAMA_HOST is not itself. */
    PORT: z.coerce.number().int().optional(),
    ALT_EXPOSE: z.string().default(''),
    NEWS_CREATOR_URL: z.string().optional(),
  })
  .check((context) => {
    const { OLLAMA_HOST: host, ALT_LLM_URL: url, ALT_LLM_MODEL: model } = context.value;
    const refuse = (name: string, message: string) =>
      context.issues.push({ code: 'custom', path: [name], message, input: context.value });
    if (host && url) refuse('OLLAMA_HOST', 'set OLLAMA_HOST or ALT_LLM_URL, not both');
    if (url && !model) refuse('ALT_LLM_MODEL', 'name the model that ALT_LLM_URL is to use');
    if (!host) return;
    const address = parseOllamaHost(host);
    if (!address) refuse('OLLAMA_HOST', 'must be host:port or an http:// or https:// address');
    else if (isOwnAddress(address, context.value)) {
      refuse('OLLAMA_HOST', `${host} is this news-creator itself; name the Ollama server that it is to ask`);
    }
  });

/** The settings of news-creator, from the environment. `model` is null where only the built-in engine writes. */
export const config = environment.transform((values) => ({
  model: values.ALT_LLM_URL
    ? { kind: 'openai' as const, url: values.ALT_LLM_URL, key: values.ALT_LLM_KEY ?? null, ...modelNames(values) }
    : values.OLLAMA_HOST
      ? {
          kind: 'ollama' as const,
          url: parseOllamaHost(values.OLLAMA_HOST)?.href ?? '',
          key: null,
          ...modelNames(values),
        }
      : null,
  concurrency: values.ALT_LLM_CONCURRENCY,
  silenceMs: Math.round(values.ALT_LLM_TIMEOUT_SECONDS * 1_000),
  partCharacters: values.ALT_LLM_PART_CHARACTERS,
  threads: values.ALT_CREATOR_THREADS,
}));
export type Config = z.infer<typeof config>;
export type ModelSettings = NonNullable<Config['model']>;

function modelNames(values: { ALT_LLM_MODEL?: string | undefined; ALT_LLM_EMBED_MODEL?: string | undefined }) {
  return { name: values.ALT_LLM_MODEL ?? null, embedName: values.ALT_LLM_EMBED_MODEL ?? values.ALT_LLM_MODEL ?? null };
}

/** Ollama's own rules: a bare host means http and port 11434; `0.0.0.0`, on which it may listen, means this machine. */
function parseOllamaHost(value: string): URL | null {
  const hasScheme = /^https?:\/\//i.test(value);
  if (!hasScheme && /[\s/]/.test(value.replace(/\/$/, ''))) return null;
  const url = URL.parse(hasScheme ? value : `http://${value}`);
  if (!url || url.username || url.password) return null;
  if (!hasScheme && url.port === '' && !/:80\/?$/.test(value)) url.port = '11434';
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  return url;
}

function isOwnAddress(
  address: URL,
  own: { PORT?: number | undefined; ALT_EXPOSE: string; NEWS_CREATOR_URL?: string | undefined },
) {
  const standard = servicePort('news-creator');
  const port = Number(address.port || (address.protocol === 'https:' ? 443 : 80));
  if (URL.parse(own.NEWS_CREATOR_URL ?? '')?.host === address.host) return true;
  const clusterName = new URL(addressOf('news-creator', standard, 'cluster')).hostname;
  if (`${clusterName}.`.startsWith(`${address.hostname}.`) && address.hostname.startsWith('news-creator')) return true;
  const isHere = /^(localhost|127\.[\d.]+|\[::1?\])$/.test(address.hostname) || address.hostname === hostname();
  const isExposed = own.ALT_EXPOSE.split(',').some((name) => name.trim() === 'news-creator');
  return isHere && (port === (own.PORT ?? standard) || (isExposed && port === standard));
}
