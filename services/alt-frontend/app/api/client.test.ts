import { authServiceEndpoints } from '@alt/contracts';
import { expect, test } from 'vitest';
import { isSignIn } from './client.ts';

test('what anybody may send to auth-service needs no session’s token, and everything else does', () => {
  for (const { path, method, access } of authServiceEndpoints) {
    if (method === 'GET') continue;
    expect([path, isSignIn(path)]).toEqual([path, access === 'public']);
  }
});
