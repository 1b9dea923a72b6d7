import { workerData } from 'node:worker_threads';
import { createPauses } from '@alt/service-kit/courtesy.ts';
import { keysOf, type StoryKey } from './keys.ts';
import { profileOf, type StoryProfile, type StoryText } from './profile.ts';
import { type Evidence, type Match, sameStory } from './same-story.ts';

/** The thread's side of `comparing.ts`: what each article is found by, in their order. */
export function findKeys(stories: StoryText[]): StoryKey[][] {
  const pause = createPauses(workerData);
  return stories.map((story) => {
    pause();
    return keysOf(profileOf(story));
  });
}

export interface Comparison {
  stories: StoryText[];
  /** Places of two stories, and what their feeds' other articles say. */
  pairs: { pair: [number, number]; evidence: Evidence }[];
}

/** The thread's side of `comparing.ts`: what shows of each pair that it is the same story. Each text is read once. */
export function comparePairs({ stories, pairs }: Comparison): (Match | null)[] {
  const pause = createPauses(workerData);
  const profiles = new Map<number, StoryProfile>();
  const profileAt = (place: number): StoryProfile | null => {
    const story = stories[place];
    const profile = profiles.get(place) ?? (story ? profileOf(story) : null);
    if (profile) profiles.set(place, profile);
    return profile;
  };
  return pairs.map(({ pair, evidence }) => {
    pause();
    const [a, b] = [profileAt(pair[0]), profileAt(pair[1])];
    return a && b ? sameStory(a, b, evidence) : null;
  });
}
