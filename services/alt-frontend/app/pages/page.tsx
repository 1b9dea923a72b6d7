import type { Place } from '../reader/place.ts';
import { AskPage } from './ask-page.tsx';
import { RecapPage } from './recap-page.tsx';

interface PageProps {
  place: Place;
  /** The articles that the page leads to, in order. */
  onStories(ids: readonly string[]): void;
}

/** What stands in the list’s place where the address names no list. */
export function Page({ place, onStories }: PageProps) {
  const { source } = place;
  if (source.kind === 'ask') return <AskPage place={place} question={source.text} onStories={onStories} />;
  if (source.kind === 'recap') return <RecapPage place={place} period={source.period} onStories={onStories} />;
  return null;
}
