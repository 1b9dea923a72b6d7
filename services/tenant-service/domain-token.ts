import { randomBytes } from 'node:crypto';

/** What the TXT record of a domain holds: nothing secret, but nothing that another tenant was given before. */
export function newDomainToken(): string {
  return randomBytes(20).toString('hex');
}
