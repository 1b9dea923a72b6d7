import * as contract from '@alt/contracts';
import { Problem, type ProjectRule, parseQuery } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import { presentPerson } from './store/people.ts';
import * as store from './store/rules.ts';
import { findSection } from './store/sections.ts';
import { checkVersion, withVersion } from './versions.ts';

const SOURCES_MAXIMUM = 200;
const RULES_MAXIMUM = 100;

/** Where articles come from by themselves, and which of them. */
export function ruleRoutes(asPerson: AsPerson): Route[] {
  return [...sourceRoutes(asPerson), ...ruleReading(asPerson), ...ruleWriting(asPerson)];
}

function sourceRoutes(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectSources, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => ({
        items: (await store.listSources(tx, params.id)).map(presentSource),
        nextCursor: null,
      })),
    ),

    route(contract.addProjectSource, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        if ((await store.listSources(tx, params.id)).length >= SOURCES_MAXIMUM) {
          throw new Problem('limit-reached', `A project has at most ${SOURCES_MAXIMUM} sources. Remove one first.`);
        }
        const feedId = body.kind === 'feed' ? Number(body.feedId) : null;
        const folderId = body.kind === 'folder' ? Number(body.folderId) : null;
        const query = body.kind === 'search' ? checkQuery(body.query) : null;
        const name = query ?? (await store.sourceName(tx, feedId, folderId));
        if (name === null) throw new Problem('not-found', `You have no such ${body.kind}. Name one of your own.`);
        const id = await store.addSource(tx, params.id, { kind: body.kind, feedId, folderId, query, name });
        await note(tx, params.id, 'source-added', { sourceId: id, kind: body.kind, name });
        const made = (await store.listSources(tx, params.id)).find((row) => row.id === id);
        if (!made) throw partNotFound('source');
        return reply(201, presentSource(made));
      }),
    ),

    route(contract.removeProjectSource, async ({ params, reader }) => {
      await changing(asPerson, reader, params.id, async ({ tx }) => {
        if (!(await store.removeSource(tx, params.id, params.partId))) throw partNotFound('source');
        await note(tx, params.id, 'source-removed', { sourceId: params.partId });
      });
      return reply(204, undefined);
    }),
  ];
}

function ruleReading(asPerson: AsPerson): Route[] {
  return [
    route(contract.listProjectRules, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => ({
        items: (await store.listRules(tx, params.id)).map(presentRule),
        nextCursor: null,
      })),
    ),
  ];
}

function ruleWriting(asPerson: AsPerson): Route[] {
  return [
    route(contract.createProjectRule, ({ params, body, reader }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        if ((await store.listRules(tx, params.id)).length >= RULES_MAXIMUM) {
          throw new Problem('limit-reached', `A project has at most ${RULES_MAXIMUM} rules. Remove one first.`);
        }
        checkQuery(body.query);
        await checkSection(tx, params.id, body.sectionId);
        const id = await store.addRule(tx, params.id, body);
        await note(tx, params.id, 'rule-created', { ruleId: id, name: body.name });
        return withVersion(presentRule(await readRule(tx, params.id, id)), 201);
      }),
    ),

    route(contract.updateProjectRule, ({ params, body, reader, request }) =>
      changing(asPerson, reader, params.id, async ({ tx }) => {
        const before = await readRule(tx, params.id, params.partId);
        checkVersion(request, before.version);
        const { name = before.name, query = before.query, isEnabled = before.isEnabled } = body;
        const sectionId = body.sectionId === undefined ? before.sectionId : body.sectionId;
        checkQuery(query);
        await checkSection(tx, params.id, sectionId);
        await store.changeRule(tx, params.id, before.id, { name, query, sectionId, isEnabled });
        await note(tx, params.id, 'rule-updated', { ruleId: before.id, name });
        return withVersion(presentRule(await readRule(tx, params.id, before.id)));
      }),
    ),

    route(contract.deleteProjectRule, async ({ params, reader, request }) => {
      await changing(asPerson, reader, params.id, async ({ tx }) => {
        const before = await readRule(tx, params.id, params.partId);
        checkVersion(request, before.version);
        await store.removeRule(tx, params.id, before.id);
        await note(tx, params.id, 'rule-deleted', { ruleId: before.id, name: before.name });
      });
      return reply(204, undefined);
    }),
  ];
}

/** Labels, folders and tags are one reader's or change later; a rule of a project judges what an article itself says. */
const UNKNOWN_HERE = /\b(label|tag|folder|has):/i;

function checkQuery(text: string): string {
  const { query, errors } = parseQuery(text);
  if (!query) throw new Problem('invalid-request', errors[0].message);
  if (UNKNOWN_HERE.test(text.replace(/"[^"]*"/g, ''))) {
    throw new Problem(
      'invalid-request',
      'In projects a query knows no label:, tag:, folder: and has:. Leave them out.',
    );
  }
  return text;
}

async function checkSection(tx: Queryable, projectId: string, sectionId: string | null): Promise<void> {
  if (sectionId !== null && !(await findSection(tx, projectId, sectionId))) throw partNotFound('section');
}

async function readRule(tx: Queryable, projectId: string, id: string): Promise<store.RuleRow> {
  const row = await store.findRule(tx, projectId, id);
  if (!row) throw partNotFound('rule');
  return row;
}

function presentSource(row: store.SourceRow) {
  const { id, kind, name, createdAt } = row;
  return { id, kind, name, addedBy: presentPerson(row), createdAt: createdAt.toISOString() };
}

function presentRule(row: store.RuleRow): ProjectRule {
  const { id, name, query, sectionId, isEnabled, version, createdAt } = row;
  return {
    id,
    name,
    query,
    sectionId,
    isEnabled,
    version,
    owner: presentPerson(row),
    createdAt: createdAt.toISOString(),
  };
}
