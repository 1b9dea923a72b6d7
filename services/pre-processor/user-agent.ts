import { readFileSync } from 'node:fs';

/**
 * How we introduce ourselves: name, version, where this Alt is, and for how many readers it asks. An Alt without a public
 * address says what it is instead: nobody else's address will do.
 */
export function createUserAgent(publicUrl: string | null): (subscribers: number | null) => string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (subscribers) => {
    const readers = subscribers === null ? '' : `; ${subscribers} subscriber${subscribers === 1 ? '' : 's'}`;
    return `Alt/${version} (${publicUrl ? `+${publicUrl}` : 'self-hosted feed reader'}${readers})`;
  };
}
