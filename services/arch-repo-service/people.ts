import { Problem, type ProjectRole } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { enterProjects } from './store/people.ts';
import { findStanding, lockProject, type Standing } from './store/standing.ts';

const KNOWN_MAXIMUM = 10_000;
/** A new name or role is written down at the latest so long after it arrived; as long as an identity is kept. */
const KNOWN_MS = 5_000;

/** Work in the name of a person: `tx` shows only what they may see; `readerId` is their number in `alt`. */
export type AsPerson = <T>(
  reader: Reader,
  work: (tx: Queryable, readerId: number) => Promise<T>,
  options?: { isReadOnly?: boolean },
) => Promise<T>;

/** Runs work as a person, whose row and name are written down at first sight from the verified token. */
export function createAsPerson(database: Database): AsPerson {
  const known = new Map<string, { readerId: number; until: number }>();
  return async (reader, work, options) => {
    const key = JSON.stringify([reader.userId, reader.tenantId, reader.role, reader.name, reader.email]);
    let present = known.get(key);
    if (present === undefined || Date.now() > present.until) {
      const readerId = await database.asReader(reader, (tx) => enterProjects(tx, reader.name, reader.email));
      if (known.size >= KNOWN_MAXIMUM) known.clear();
      present = { readerId, until: Date.now() + KNOWN_MS };
      known.set(key, present);
    }
    const { readerId } = present;
    return database.asReader(reader, (tx) => work(tx, readerId), options);
  };
}

/** What a person may do in a project, as a number that compares. */
export const RANKS = { viewer: 1, editor: 2, lead: 3 } as const satisfies Record<ProjectRole, number>;

export interface InProject {
  tx: Queryable;
  readerId: number;
  project: Standing;
}

/** Work that only looks at one project. A project that the person may not see, or that is deleted, is not found. */
export function looking<T>(
  asPerson: AsPerson,
  reader: Reader,
  projectId: string,
  work: (context: InProject) => Promise<T>,
): Promise<T> {
  return asPerson(
    reader,
    async (tx, readerId) => {
      const project = await findStanding(tx, projectId);
      if (!project || project.deletedAt) throw projectNotFound();
      return work({ tx, readerId, project });
    },
    { isReadOnly: true },
  );
}

/**
 * Work that changes something in a project, one after another in each. Throws `forbidden` for whoever may look but not do
 * this, and `project-archived` unless `isArchivedFine`.
 */
export function changing<T>(
  asPerson: AsPerson,
  reader: Reader,
  projectId: string,
  work: (context: InProject) => Promise<T>,
  { least = 'editor', isArchivedFine = false }: { least?: ProjectRole; isArchivedFine?: boolean } = {},
): Promise<T> {
  return asPerson(reader, async (tx, readerId) => {
    const seen = await findStanding(tx, projectId);
    if (!seen || seen.deletedAt) throw projectNotFound();
    if (seen.rank < RANKS[least]) throw notAllowed(least);
    const project = await lockProject(tx, projectId);
    if (!project || project.deletedAt) throw projectNotFound();
    if (project.status === 'archived' && !isArchivedFine) {
      throw new Problem('project-archived', 'The project is archived. Restore it first, then change it.');
    }
    return work({ tx, readerId, project });
  });
}

export function notAllowed(least: ProjectRole): Problem {
  return new Problem('forbidden', `Only ${least === 'lead' ? 'a lead' : 'an editor'} of the project may do this.`);
}

export function projectNotFound(): Problem {
  return new Problem('not-found', 'There is no such project among those you may see.');
}

export function partNotFound(what: string): Problem {
  return new Problem('not-found', `The project has no such ${what}.`);
}

export function roleOf(rank: number): ProjectRole {
  return rank >= RANKS.lead ? 'lead' : rank >= RANKS.editor ? 'editor' : 'viewer';
}
