import type { Place } from '../reader/place.ts';
import { AskPage } from './ask-page.tsx';
import { RecapPage } from './recap-page.tsx';

/** What stands in the list’s place where the address names no list. */
export function Page({ place }: { place: Place }) {
  if (place.source.kind === 'ask') return <AskPage place={place} question={place.source.text} />;
  if (place.source.kind === 'recap') return <RecapPage place={place} period={place.source.period} />;
  return null;
}
