import * as contract from '@alt/contracts';
import { Problem, type ProjectSection } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import * as store from './store/sections.ts';
import { checkVersion, withVersion } from './versions.ts';

export const SECTIONS_MAXIMUM = 100;

/** The parts of a dossier, in an order that people make. */
export function sectionRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectSections, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => ({
        items: (await store.listSections(tx, params.id)).map(present),
        nextCursor: null,
      })),
    ),

    route(contract.createProjectSection, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const present = await store.listSections(tx, params.id);
        if (present.length >= SECTIONS_MAXIMUM) {
          throw new Problem('limit-reached', `A project has at most ${SECTIONS_MAXIMUM} sections. Remove one first.`);
        }
        const id = await store.addSection(tx, params.id, body.title);
        await placeSection(tx, params.id, id, body.afterId);
        await note(tx, params.id, 'section-created', { sectionId: id, title: body.title });
        return withVersion(await readOne(tx, params.id, id), 201);
      }),
    ),

    route(contract.readProjectSection, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => withVersion(await readOne(tx, params.id, params.partId))),
    ),

    route(contract.updateProjectSection, ({ params, body, reader, request }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const before = await readOne(tx, params.id, params.partId);
        checkVersion(request, before.version);
        await store.changeSection(tx, params.id, params.partId, body.title ?? null);
        if (body.afterId !== undefined) await placeSection(tx, params.id, params.partId, body.afterId);
        const after = await readOne(tx, params.id, params.partId);
        await note(tx, params.id, 'section-updated', { sectionId: after.id, title: after.title });
        return withVersion(after);
      }),
    ),

    route(contract.deleteProjectSection, async ({ params, reader, request }) => {
      await changing(asPerson, reader, params.id, async ({ tx }) => {
        const before = await readOne(tx, params.id, params.partId);
        checkVersion(request, before.version);
        await store.removeSection(tx, params.id, params.partId);
        await note(tx, params.id, 'section-deleted', { sectionId: before.id, title: before.title });
      });
      return reply(204, undefined);
    }),
  ];
}

/** Puts a section behind another (null: first; unsaid: last) and numbers all anew. */
async function placeSection(
  tx: Queryable,
  projectId: string,
  id: string,
  afterId: string | null | undefined,
): Promise<void> {
  const others = (await store.listSections(tx, projectId)).map((section) => section.id).filter((other) => other !== id);
  const place = afterId === null ? 0 : afterId === undefined ? others.length : others.indexOf(afterId) + 1;
  if (typeof afterId === 'string' && place === 0) throw partNotFound('section to put it behind');
  await store.orderSections(tx, projectId, others.toSpliced(place, 0, id));
}

async function readOne(tx: Queryable, projectId: string, id: string): Promise<ProjectSection> {
  const row = await store.findSection(tx, projectId, id);
  if (!row) throw partNotFound('section');
  return present(row);
}

function present({ id, title, version, articleCount }: store.SectionRow): ProjectSection {
  return { id, title, version, articleCount };
}
