import type { ProblemCode, ProblemDocument } from '@alt/contracts';
import type { MessageKey, Translate } from '../language/catalogue.ts';

/** An answer of the API that says why something could not be done. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: ProblemCode | (string & {});
  readonly document: Partial<ProblemDocument>;

  /** Where it came from, such as `/v1/folders/3`. */
  readonly path: string;

  constructor(status: number, document: Partial<ProblemDocument>, path = '') {
    super(document.detail ?? document.title ?? `status ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = document.code ?? 'unknown';
    this.document = document;
    this.path = path;
  }
}

/** The API could not be reached at all. */
export class NetworkFailure extends Error {
  constructor(cause: unknown) {
    super('The API cannot be reached', { cause });
    this.name = 'NetworkFailure';
  }
}

/** Codes whose `detail` says more than a fixed sentence can: why this very address cannot be read, which field is wrong. */
const detailFirst: ReadonlySet<string> = new Set(['feed-unreachable', 'invalid-request', 'invalid-query', 'too-many']);

/** The sentence that a reader sees for an error; a code without a text of its own shows what the server says. */
export function problemMessage(error: unknown, t: Translate): string {
  if (error instanceof NetworkFailure) return t('problem.network');
  if (!(error instanceof ApiProblem)) return t('problem.unknown');
  if (isTakenName(error)) return t('problem.name-taken');
  const key = `problem.${error.code}` as ProblemKey;
  const text = detailFirst.has(error.code) ? key : t(key);
  // Lingui answers with the key itself where there is no text.
  if (text !== key) return text;
  return error.document.detail || t('problem.unknown');
}

/** What a person names conflicts with nothing but another of that name. */
function isTakenName({ code, path }: ApiProblem): boolean {
  return code === 'conflict' && /^\/v1\/(?:folders|labels|saved-searches|tags)\b(?!\/(?:merge|proposals))/.test(path);
}

type ProblemKey = Extract<MessageKey, `problem.${string}`>;
