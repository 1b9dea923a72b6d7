import type { Place } from '../reader/place.ts';
import { ProjectList } from './project-list.tsx';
import { parseProjectPath } from './project-place.ts';
import { ProjectScreen } from './project-screen.tsx';

export interface ProjectsPageProps {
  place: Place;
  path: string;
  /** The words searched for. */
  text: string;
  /** The articles that the page leads to, in order. */
  onStories(ids: readonly string[]): void;
}

/** Projects, in the list's place: all of them, or one. */
export function ProjectsPage({ place, path, text, onStories }: ProjectsPageProps) {
  const where = parseProjectPath(path);
  if (where.id === null) return <ProjectList key={where.standing} standing={where.standing} />;
  return <ProjectScreen key={where.id} id={where.id} where={where} place={place} text={text} onStories={onStories} />;
}
