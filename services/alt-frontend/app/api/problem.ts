import type { ProblemCode, ProblemDocument } from '@alt/contracts';
import type { MessageKey, Translate } from '../language/catalogue.ts';

/** An answer of the API that says why something could not be done. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: ProblemCode | (string & {});
  readonly document: Partial<ProblemDocument>;

  constructor(status: number, document: Partial<ProblemDocument>) {
    super(document.detail ?? document.title ?? `status ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = document.code ?? 'unknown';
    this.document = document;
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
  const key = `problem.${error.code}` as ProblemKey;
  const text = detailFirst.has(error.code) ? key : t(key);
  // Lingui answers with the key itself where there is no text.
  if (text !== key) return text;
  return error.document.detail || t('problem.unknown');
}

type ProblemKey = Extract<MessageKey, `problem.${string}`>;
