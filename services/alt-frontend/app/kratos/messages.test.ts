import { expect, test } from 'vitest';
import { judge } from './flows.ts';
import { kratosWords } from './messages.ts';

test('what Kratos says is said in the reader’s language by its id, and in its own words where the id is new', () => {
  expect(kratosWords({ id: 4000006, text: 'The provided credentials are invalid.' }, 'ja')).toContain('パスワード');
  expect(kratosWords({ id: 1070002, text: 'E-mail' }, 'ru', 'traits.email')).toBe('Почта');
  expect(kratosWords({ id: 4000032, text: 'Too short.', context: { min_length: 8 } }, 'en')).toContain('8 characters');
  expect(kratosWords({ id: 999, text: 'Something new.' }, 'ru')).toBe('Something new.');
  const label = { id: 1050020, text: 'Remove passkey "unnamed"' };
  expect(kratosWords({ ...label, context: { display_name: 'Phone' } }, 'en')).toBe('Remove the passkey Phone');
  expect(kratosWords({ ...label, context: { display_name: 'unnamed', added_at_unix: 1_800_000_000 } }, 'en')).toContain(
    '2027',
  );
});

test('an answer of Kratos is followed by what it is, whatever its status says', () => {
  const flow = { id: 'one', ui: { nodes: [] } };
  expect(judge(400, flow)).toEqual({ kind: 'flow', flow });
  const continued = [{ action: 'show_verification_ui', flow: { id: 'two' } }];
  expect(judge(200, { session: {}, continue_with: continued })).toEqual({ kind: 'entered', verification: 'two' });
  expect(judge(422, { redirect_browser_to: '/kratos/settings' })).toEqual({ kind: 'go', address: '/kratos/settings' });
  expect(judge(400, { error: { id: 'session_already_available' } })).toEqual({ kind: 'entered', verification: null });
  expect(judge(401, { error: { id: 'session_inactive' } })).toEqual({ kind: 'sign-in' });
  for (const status of [403, 404, 410]) expect(judge(status, { error: {} })).toEqual({ kind: 'over' });
  expect(() => judge(400, { error: { reason: 'No such thing.' } })).toThrow('No such thing.');
});
