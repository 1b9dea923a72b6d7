import { readFileSync } from 'node:fs';

const PROJECT_URL = 'https://github.com/alt-reader/alt';

/** How we introduce ourselves: name, version, where to learn more, and for how many readers we ask. */
export function createUserAgent(publicUrl: string | null): (subscribers: number | null) => string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (subscribers) => {
    const readers = subscribers === null ? '' : `; ${subscribers} subscriber${subscribers === 1 ? '' : 's'}`;
    return `Alt/${version} (+${publicUrl ?? PROJECT_URL}${readers})`;
  };
}
