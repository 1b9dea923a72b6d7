import { Problem } from '@alt/contracts';
import type { JoinRow } from './store/invitations.ts';

/** What is told to who wanted to join: where they are now, or why not and what to do. */
export function afterJoining(
  { outcome, tenantId, tenantName, role }: JoinRow,
  sentences: { unknown(): Problem; over(): Problem },
) {
  switch (outcome) {
    case 'joined':
      return { tenantId, tenantName, role };
    case 'over':
      throw sentences.over();
    case 'is-member':
      throw new Problem('conflict', 'You are a member of this tenant already.');
    case 'wrong-account':
      throw new Problem('wrong-account', 'This invitation is for another e-mail address. Sign in with that account.');
    case 'email-unverified':
      throw new Problem('email-unverified', 'Confirm your e-mail address first, then open the invitation again.');
    case 'tenant-suspended':
      throw new Problem('tenant-suspended', 'This tenant is suspended just now and takes no members.');
    case 'tenant-deleting':
      throw new Problem('conflict', 'This tenant is being deleted and takes no members.');
    case 'limit-reached':
      throw new Problem(
        'limit-reached',
        'This tenant has no seat left. Ask one of its admins; the invitation stays open.',
        {
          extra: { limit: 'users' },
        },
      );
    default:
      throw sentences.unknown();
  }
}
