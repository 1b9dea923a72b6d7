import { Problem } from '@alt/contracts';
import { type Reply, reply } from '@alt/service-kit';

/** An answer with the ETag of what it shows. RFC 9110, 8.8.3. */
export function withVersion<Value extends { version: number }>(value: Value, status = 200): Reply<Value> {
  return reply(status, value, { etag: tagOf(value.version) });
}

function tagOf(version: number): string {
  return `"v${version}"`;
}

/**
 * Refuses a change whose `If-Match` names another version than the present one. RFC 9110, 13.1.1; RFC 6585, 3. Called
 * where nobody else can change it meanwhile.
 */
export function checkVersion(request: Request, present: number): void {
  const header = request.headers.get('if-match');
  if (header === null) {
    throw new Problem('precondition-required', `Send If-Match with the ETag that you last read, such as ${tagOf(1)}.`);
  }
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(tagOf(present))) return;
  throw new Problem(
    'precondition-failed',
    'Somebody changed this meanwhile. Read it again, then send your change again.',
  );
}
