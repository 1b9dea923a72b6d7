import type { Place } from '../reader/place.ts';

export const projectParts = ['overview', 'board', 'brief', 'notes', 'decisions', 'people', 'more'] as const;
export type ProjectPart = (typeof projectParts)[number];

/** What stands in the address behind `/projects/`. */
export interface ProjectPath {
  /** Null: the list. */
  id: string | null;
  standing: 'active' | 'archived' | 'deleted';
  part: ProjectPart | 'search' | 'versions';
  /** What follows: the two versions that are compared. */
  rest: string;
}

/** Reads an address; one that says nothing known is the nearest above it. */
export function parseProjectPath(path: string): ProjectPath {
  const [first = '', part = '', rest = ''] = path.split('/');
  if (first === '' || first === 'archived' || first === 'deleted') {
    return { id: null, standing: first === '' ? 'active' : first, part: 'overview', rest: '' };
  }
  const isKnown = part === 'search' || part === 'versions' || projectParts.includes(part as ProjectPart);
  return { id: first, standing: 'active', part: isKnown ? (part as ProjectPath['part']) : 'overview', rest };
}

/** The place of a project, or of a part of it. */
export function projectPlace(id: string, part: ProjectPath['part'] = 'overview', text?: string): Place {
  const path = part === 'overview' ? id : `${id}/${part}`;
  return { source: { kind: 'projects', path, ...(text && { text }) }, isHome: false };
}

/** The list of projects, or of those that were put away. */
export function projectsPlace(standing: ProjectPath['standing'] = 'active'): Place {
  return { source: { kind: 'projects', path: standing === 'active' ? '' : standing }, isHome: false };
}
