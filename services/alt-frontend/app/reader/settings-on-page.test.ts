import { defaultSettings } from '@alt/contracts';
import { expect, test } from 'vitest';
import { firstChange } from './settings-on-page.ts';

test('the browser’s language and time zone are kept for a reader who has set nothing, and only then', () => {
  const fresh = { version: 1, ...defaultSettings };
  expect(firstChange(fresh, 'ja', 'Asia/Tokyo')).toEqual({ language: 'ja', timeZone: 'Asia/Tokyo' });
  expect(firstChange({ ...fresh, language: 'ru' }, 'ja', 'Asia/Tokyo')).toEqual({ timeZone: 'Asia/Tokyo' });
  expect(firstChange({ ...fresh, version: 2 }, 'ja', 'Asia/Tokyo')).toBeNull();
  expect(firstChange({ ...fresh, language: 'en' }, 'en', 'UTC')).toBeNull();
});
