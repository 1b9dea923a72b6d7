import {
  dismissTagProposal,
  liftTagVeto,
  listTagProposals,
  listTags,
  listTagVetoes,
  mergeTags,
  Problem,
  type TagProposal,
  updateTag,
  vetoTag,
} from '@alt/contracts';
import { type PeerFetch, type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodeName, encodeName } from './cursor.ts';
import { postJson } from './peers.ts';
import type { AsReader } from './store/readers.ts';
import * as store from './store/tags.ts';

/** The tenant's tags and the reader's vetoes. What changes a tag for all members is tag-generator's to do. */
export function tagRoutes(asReader: AsReader, tagGenerator: PeerFetch): Route[] {
  const tagged = createLookups(asReader);
  return [
    route(listTags, async ({ query, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const { view, limit, prefix = '' } = query;
        if (query.order === 'frequent') {
          const rows = await store.frequentTags(tx, readerId, { view, limit, prefix });
          return { items: rows.map(store.presentTag), nextCursor: null };
        }
        const after = decodeName(query.cursor);
        const rows = await store.listTags(tx, readerId, { view, prefix, after, limit: limit + 1 });
        const last = rows.length > limit ? rows[limit - 1] : undefined;
        return {
          items: rows.slice(0, limit).map(store.presentTag),
          nextCursor: last ? encodeName(last.normalised) : null,
        };
      }),
    ),

    route(updateTag, async ({ params, body, reader, requestId }) => {
      const { id } = await tagged.own(reader, params.name);
      const change = { name: body.name ?? null, isHidden: body.hidden ?? null, isPromoted: body.promoted ?? null };
      await postJson(
        tagGenerator,
        '/internal/tags/change',
        { tenantId: reader.tenantId, tagId: id, ...change },
        requestId,
      );
      return store.presentTag(await tagged.byId(reader, id));
    }),

    route(mergeTags, async ({ body, reader, requestId }) => {
      const [into, ...from] = await tagged.all(reader, [body.into, ...body.from]);
      if (!into) throw noTag(body.into);
      const { merged } = await postJson<{ merged: number }>(
        tagGenerator,
        '/internal/tags/merge',
        { tenantId: reader.tenantId, intoId: into.id, fromIds: from.map(({ id }) => id) },
        requestId,
      );
      return { tag: store.presentTag(await tagged.byId(reader, into.id)), merged };
    }),

    route(listTagProposals, async ({ query, reader, requestId }) => {
      const { items } = await postJson<{ items: (TagProposal & { tagIds: [number, number] })[] }>(
        tagGenerator,
        '/internal/tags/proposals',
        { tenantId: reader.tenantId, limit: query.limit },
        requestId,
      );
      return { items: items.map(({ tagIds: _ids, ...proposal }) => proposal), nextCursor: null };
    }),

    route(dismissTagProposal, async ({ body, reader, requestId }) => {
      const tags = await tagged.all(reader, body.names);
      const tagIds = tags.map(({ id }) => id);
      await postJson(tagGenerator, '/internal/tags/distinguish', { tenantId: reader.tenantId, tagIds }, requestId);
      return reply(204, undefined);
    }),

    ...vetoRoutes(asReader),
  ];
}

/** What a reader never wants to see; nobody else's business. */
function vetoRoutes(asReader: AsReader): Route[] {
  return [
    route(listTagVetoes, async ({ query, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const rows = await store.listVetoes(tx, readerId, decodeName(query.cursor), query.limit + 1);
        const items = rows.slice(0, query.limit);
        const last = rows.length > query.limit ? items.at(-1) : undefined;
        return { items: items.map(presentVeto), nextCursor: last ? encodeName(last.name) : null };
      }),
    ),

    route(vetoTag, async ({ body, reader }) =>
      asReader(
        reader,
        async (tx, readerId) => {
          const tag = await store.findTag(tx, body.name);
          if (!tag) throw noTag(body.name);
          await store.beginTagChange(tx);
          const isNew = await store.vetoTag(tx, readerId, tag.id);
          return reply(isNew ? 201 : 200, presentVeto({ name: tag.name, createdAt: new Date() }));
        },
        { retry: true },
      ),
    ),

    route(liftTagVeto, async ({ params, reader }) => {
      await asReader(reader, async (tx, readerId) => {
        await store.beginTagChange(tx);
        const isLifted = await store.liftVeto(tx, readerId, params.name);
        if (!isLifted) throw new Problem('not-found', `You never vetoed a tag "${params.name}".`);
      });
      return reply(204, undefined);
    }),
  ];
}

function presentVeto({ name, createdAt }: store.Veto) {
  return { name, createdAt: createdAt.toISOString() };
}

function createLookups(asReader: AsReader) {
  return {
    async own(reader: Reader, name: string): Promise<store.TagRow> {
      const tag = await asReader(reader, (tx) => store.findTag(tx, name), { isReadOnly: true });
      if (!tag) throw noTag(name);
      return tag;
    },
    async all(reader: Reader, names: string[]): Promise<store.TagRow[]> {
      const tags = await asReader(reader, (tx) => store.findTags(tx, names), { isReadOnly: true });
      return names.map((name, index) => {
        const tag = tags[index];
        if (!tag) throw noTag(name);
        return tag;
      });
    },
    async byId(reader: Reader, id: number): Promise<store.CountedTag> {
      const tag = await asReader(reader, (tx, readerId) => store.readTag(tx, readerId, id));
      if (!tag) throw new Problem('conflict', 'The tag went away meanwhile. Load the tags again.');
      return tag;
    },
  };
}

function noTag(name: string): Problem {
  return new Problem('not-found', `There is no tag "${name}".`);
}
