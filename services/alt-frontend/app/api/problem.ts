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
const detailed = ['feed-unreachable', 'invalid-request', 'invalid-query', 'too-many'] as const;
type DetailedCode = (typeof detailed)[number];
const isDetailed = (code: string): code is DetailedCode => (detailed as readonly string[]).includes(code);

/** The sentence that a reader sees for an error; a code without a text of its own shows what the server says. */
export function problemMessage(error: unknown, t: Translate): string {
  if (error instanceof NetworkFailure) return t('problem.network');
  if (!(error instanceof ApiProblem)) return t('problem.unknown');
  const { code } = error;
  const { detail } = error.document;
  if (isDetailed(code)) return detail ? t(`problem.${code}`, { detail }) : t('problem.unknown');
  const key = `problem.${code}` as PlainKey;
  const text = t(key);
  // Lingui answers with the key itself where there is no text.
  return text === key ? detail || t('problem.unknown') : text;
}

type PlainKey = Exclude<Extract<MessageKey, `problem.${string}`>, `problem.${DetailedCode}`>;
