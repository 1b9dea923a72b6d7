import { z } from 'zod';

/**
 * Every error a caller can meet: its HTTP status and a short title. The `detail` of an answer is the sentence that says
 * what to do. Codes are stable; they are added, never renamed. RFC 9457.
 */
export const problems = {
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-query': { status: 400, title: 'A query parameter is not valid' },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid' },
  'invalid-request': { status: 422, title: 'The request cannot be done as it is' },
  'unsupported-media-type': { status: 415, title: 'The body has the wrong media type' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'wrong-credentials': { status: 401, title: 'The e-mail or the password is wrong' },
  'second-factor-required': { status: 401, title: 'A second factor is needed' },
  'wrong-code': { status: 401, title: 'The code is wrong or was used' },
  'passkey-refused': { status: 401, title: 'The passkey was not accepted' },
  'sign-on-refused': { status: 401, title: 'Single sign-on was refused' },
  'challenge-expired': { status: 401, title: 'Begin again' },
  'csrf-failed': { status: 403, title: 'The CSRF token is missing or stale' },
  forbidden: { status: 403, title: 'You may not do this' },
  'proof-required': { status: 403, title: 'Confirm that it is you' },
  'challenge-required': { status: 403, title: 'Solve a challenge first' },
  'registration-closed': { status: 403, title: 'Registration is closed' },
  'setup-code-required': { status: 403, title: 'The one-time code is missing or wrong' },
  'tenant-suspended': { status: 403, title: 'The tenant is suspended' },
  'wrong-account': { status: 403, title: 'This is for another account' },
  'email-unverified': { status: 403, title: 'The e-mail address is not confirmed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'email-taken': { status: 409, title: 'An account with this e-mail exists' },
  'sign-on-unlinked': { status: 409, title: 'Single sign-on opens no account yet' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'last-owner': { status: 409, title: 'A tenant needs an owner' },
  'domain-taken': { status: 409, title: 'The domain belongs to another tenant' },
  conflict: { status: 409, title: 'The change conflicts with the present state' },
  'invitation-over': { status: 410, title: 'The invitation is over' },
  'precondition-failed': { status: 412, title: 'It was changed meanwhile' },
  'precondition-required': { status: 428, title: 'Say which version you read' },
  'personal-tenant': { status: 422, title: 'This cannot be done in a personal tenant' },
  'domain-unverified': { status: 422, title: 'The domain is not proven' },
  'invalid-archive': { status: 422, title: 'The archive cannot be read' },
  'project-archived': { status: 409, title: 'The project is archived' },
  'weak-password': { status: 422, title: 'The password is too weak' },
  'several-feeds': { status: 422, title: 'The site has several feeds' },
  'no-feed': { status: 422, title: 'No feed was found' },
  'feed-unreachable': { status: 422, title: 'The feed cannot be reached' },
  'invalid-feed-url': { status: 422, title: 'This cannot be the address of a feed' },
  'invalid-opml': { status: 422, title: 'The file is not a subscription list' },
  'unknown-folder': { status: 422, title: 'A folder does not exist' },
  'folder-cycle': { status: 422, title: 'A folder cannot lie inside itself' },
  'too-many': { status: 422, title: 'Too many at once' },
  'limit-reached': { status: 422, title: 'A limit of this account is reached' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'locked-out': { status: 429, title: 'Too many failed attempts' },
  'link-expired': { status: 422, title: 'The link is over or was used' },
  'not-kept-here': { status: 422, title: 'This is kept elsewhere' },
  'mail-not-configured': { status: 422, title: 'No mail can be sent here' },
  'image-refused': { status: 422, title: 'The image cannot be shown' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'bad-gateway': { status: 502, title: 'A part of Alt gave no useful answer' },
  unavailable: { status: 503, title: 'A part of Alt is not available' },
  'spool-full': { status: 503, title: 'No more log lines can be kept just now' },
  'search-unavailable': { status: 503, title: 'Search is not available' },
  'database-unavailable': { status: 503, title: 'The database is not available' },
  timeout: { status: 504, title: 'A part of Alt took too long' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'An error, RFC 9457' });
export type ProblemDocument = z.infer<typeof problemSchema>;

/** An error meant for the caller: a stable code and a sentence that says what to do. `extra` joins the document. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { extra?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** The problem document of this error. */
  toDocument(requestId?: string): ProblemDocument {
    const { status, title } = problems[this.code];
    return {
      type: `urn:alt:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...(requestId ? { requestId } : {}),
      ...this.extra,
    };
  }
}
