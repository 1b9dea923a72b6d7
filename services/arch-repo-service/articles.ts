import * as contract from '@alt/contracts';
import { Problem, type ProjectArticle } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import { type Route, route } from '@alt/service-kit';
import { pageOf, placeCursor, uuidCursor } from './cursors.ts';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import * as store from './store/articles.ts';
import { presentPerson } from './store/people.ts';
import { dismiss, undismiss } from './store/rules.ts';
import { findSection } from './store/sections.ts';

/** As many as search can be restricted to. */
export const PINS_MAXIMUM = 10_000;

/** The articles of a project: pinned, put in order, read and taken out. */
export function articleRoutes(asPerson: AsPerson, images: ImageAddresses): Route[] {
  return [
    route(contract.listProjectArticles, ({ params, query, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const { section, limit, cursor } = query;
        if (section === undefined) {
          const rows = await store.newestPins(tx, params.id, uuidCursor(cursor), limit + 1);
          return pageOf(rows, limit, presentPin, ({ id }) => id);
        }
        const sectionId = section === 'none' ? null : section;
        const rows = await store.pinsOfSection(tx, params.id, sectionId, placeCursor(cursor), limit + 1);
        return pageOf(rows, limit, presentPin, ({ position, id }) => `${position}.${id}`);
      }),
    ),

    route(contract.pinProjectArticles, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        await checkSection(tx, params.id, body.sectionId);
        if ((await store.pinCount(tx, params.id)) + body.articleIds.length > PINS_MAXIMUM) {
          throw new Problem('limit-reached', `A project holds at most ${PINS_MAXIMUM} articles. Take some out first.`);
        }
        const pinned = await store.pin(tx, params.id, body.articleIds.map(Number), body.sectionId, 'person');
        await undismiss(tx, params.id, body.articleIds.map(Number));
        if (pinned > 0) await note(tx, params.id, 'articles-pinned', { count: pinned, sectionId: body.sectionId });
        return { pinned };
      }),
    ),

    route(contract.moveProjectArticles, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        await checkSection(tx, params.id, body.sectionId);
        const updated = await move(tx, params.id, body);
        if (updated > 0) await note(tx, params.id, 'articles-moved', { count: updated, sectionId: body.sectionId });
        return { updated };
      }),
    ),

    route(contract.unpinProjectArticles, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const gone = await store.unpin(tx, params.id, body.ids);
        await dismiss(
          tx,
          params.id,
          gone.filter((id) => id !== null),
        );
        if (gone.length > 0) await note(tx, params.id, 'articles-unpinned', { count: gone.length });
        return { updated: gone.length };
      }),
    ),

    route(contract.readProjectArticle, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const row = await store.findPin(tx, params.id, params.partId);
        if (!row) throw partNotFound('article');
        const html = await store.contentOf(tx, row.articleId);
        // As everywhere in the page, images come by Alt: publishers do not see who reads.
        return { ...presentPin(row), contentHtml: html === null ? null : images.rewrite(html) };
      }),
    ),
  ];
}

async function checkSection(tx: Queryable, projectId: string, sectionId: string | null): Promise<void> {
  if (sectionId !== null && !(await findSection(tx, projectId, sectionId))) throw partNotFound('section');
}

type Move = contract.BodyOf<typeof contract.moveProjectArticles>;

/** Finds a place between two neighbours; where there is none any more, the whole section is numbered anew. */
async function move(tx: Queryable, projectId: string, { ids: wanted, sectionId, afterId }: Move): Promise<number> {
  const ids = await store.existingPins(tx, projectId, wanted);
  if (ids.length === 0) return 0;
  const evenly = (from: number, gap: number) =>
    store.placePins(
      tx,
      projectId,
      sectionId,
      ids.map((id, index) => ({ id, position: from + gap * (index + 1) })),
    );
  if (afterId === undefined) return evenly(await store.lastPosition(tx, projectId, sectionId), store.POSITION_GAP);
  const between = await neighbours(tx, projectId, { ids, sectionId, afterId });
  if (between.after === null) return evenly(between.before, store.POSITION_GAP);
  const gap = Math.floor((between.after - between.before) / (ids.length + 1));
  if (gap >= 1) return evenly(between.before, gap);
  return renumber(tx, projectId, { ids, sectionId, afterId });
}

type Place = { ids: string[]; sectionId: string | null; afterId: string | null };

/** The positions between which articles come; `after` is null at the end. */
async function neighbours(tx: Queryable, projectId: string, { ids, sectionId, afterId }: Place) {
  const first = afterId === null ? null : await findAnchor(tx, projectId, { ids, sectionId, afterId });
  const start = first && { position: first.position, id: first.id };
  const following = await store.pinsOfSection(tx, projectId, sectionId, start, ids.length + 1);
  const next = following.find(({ id }) => !ids.includes(id));
  const before = first?.position ?? (next ? next.position - store.POSITION_GAP * (ids.length + 1) : 0);
  return { before, after: next?.position ?? null };
}

async function findAnchor(tx: Queryable, projectId: string, { ids, sectionId, afterId }: Place) {
  const anchor = afterId === null ? null : await store.findPin(tx, projectId, afterId);
  if (!anchor || anchor.sectionId !== sectionId || ids.includes(anchor.id)) {
    throw partNotFound('article in that section to put it behind');
  }
  return anchor;
}

async function renumber(tx: Queryable, projectId: string, { ids, sectionId, afterId }: Place): Promise<number> {
  const all = await store.pinsOfSection(tx, projectId, sectionId, null, PINS_MAXIMUM);
  const others = all.map(({ id }) => id).filter((id) => !ids.includes(id));
  const order = others.toSpliced(afterId === null ? 0 : others.indexOf(afterId) + 1, 0, ...ids);
  const places = order.map((id, index) => ({ id, position: store.POSITION_GAP * (index + 1) }));
  await store.placePins(tx, projectId, sectionId, places);
  return ids.length;
}

export function presentPin(row: store.PinRow): ProjectArticle {
  return {
    id: row.id,
    articleId: row.articleId === null ? null : String(row.articleId),
    sectionId: row.sectionId,
    title: row.title,
    url: row.url,
    feedTitle: row.feedTitle,
    publishedAt: row.publishedAt?.toISOString() ?? null,
    origin: row.origin,
    pinnedBy: presentPerson(row),
    pinnedAt: row.pinnedAt.toISOString(),
  };
}
