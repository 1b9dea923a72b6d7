import {
  type BodyOf,
  createRule,
  deleteRule,
  listRules,
  Problem,
  RULES_MAXIMUM,
  type Rule,
  updateRule,
} from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { decodePlace, encodePlace } from './cursor.ts';
import { idOf } from './peers.ts';
import { checkRuleQuery } from './search/query.ts';
import { checkMayShare, checkMayUnshare } from './sharing.ts';
import type { AsReader } from './store/readers.ts';
import * as store from './store/rules.ts';

/** What readers let Alt do with what arrives. Rules act where articles are stored; here they are kept. */
export function ruleRoutes(asReader: AsReader): Route[] {
  return [
    route(listRules, async ({ query, reader }) => {
      const after = query.cursor === undefined ? { position: -1, id: 0 } : decodePlace(query.cursor);
      const rows = await asReader(reader, (tx, readerId) => store.listRules(tx, readerId, after, query.limit + 1), {
        isReadOnly: true,
      });
      const shown = rows.slice(0, query.limit);
      const last = shown.at(-1);
      return { items: shown.map(present), nextCursor: rows.length > query.limit && last ? encodePlace(last) : null };
    }),

    route(createRule, async ({ body, reader }) => {
      const awaits = checkRuleQuery(body.query, 'invalid-request');
      const { isShared = false, isEnabled = true, name, query } = body;
      if (isShared) checkMayShare(reader);
      const row = await asReader(
        reader,
        async (tx, readerId) => {
          await checkRoom(tx, readerId, isShared);
          const actions = await storable(tx, readerId, body.actions, isShared);
          const made = { name, query, actions, needsStage: stageOf(awaits), isEnabled, isShared };
          return findOwn(tx, readerId, String(await store.insertRule(tx, readerId, made)));
        },
        { retry: true },
      );
      return reply(201, present(row));
    }),

    route(updateRule, async ({ params, body, reader }) => {
      const change = {
        ...body,
        awaits: body.query === undefined ? null : checkRuleQuery(body.query, 'invalid-request'),
      };
      return asReader(reader, (tx, readerId) => changeRule(tx, reader, readerId, params.id, change), { retry: true });
    }),

    route(deleteRule, async ({ params, reader }) => {
      await asReader(reader, async (tx, readerId) => {
        const present = await findOwn(tx, readerId, params.id);
        if (present.isShared) checkMayUnshare(reader, present);
        await store.deleteRule(tx, readerId, present.id);
      });
      return reply(204, undefined);
    }),
  ];
}

interface RuleChange extends BodyOf<typeof updateRule> {
  /** Of a new query. */
  awaits: Rule['awaits'] | null;
}

/** Everybody may switch a shared rule off for themselves; what it says is for who made it, and for admins. */
async function changeRule(
  tx: Queryable,
  reader: Reader,
  readerId: number,
  idText: string,
  { isOffForMe, ...change }: RuleChange,
): Promise<Rule> {
  const before = await findOwn(tx, readerId, idText);
  if (isOffForMe !== undefined) {
    if (!before.isShared) {
      throw new Problem('invalid-request', 'This rule is yours alone: switch it off by "isEnabled".');
    }
    await store.switchRule(tx, readerId, before.id, isOffForMe);
  }
  if (Object.values(change).some((value) => value !== undefined && value !== null)) {
    if (before.isShared) checkMayUnshare(reader, before);
    else if (change.isShared) checkMayShare(reader);
    await writeRule(tx, readerId, before, change);
  }
  return present(await findOwn(tx, readerId, idText));
}

async function writeRule(
  tx: Queryable,
  readerId: number,
  before: store.RuleRow,
  change: Omit<RuleChange, 'isOffForMe'>,
): Promise<void> {
  const { name = before.name, query = before.query, isEnabled = before.isEnabled, position = before.position } = change;
  const isShared = before.isShared || change.isShared === true;
  if (isShared && !before.isShared) await checkRoom(tx, readerId, true);
  const actions = change.actions
    ? await storable(tx, readerId, change.actions, isShared)
    : await restorable(tx, readerId, before, isShared);
  const beginsAnew = query !== before.query || isShared !== before.isShared || (isEnabled && !before.isEnabled);
  const needsStage = change.awaits ? stageOf(change.awaits) : before.needsStage;
  const rule = { name, query, isEnabled, position, isShared, actions, needsStage };
  await store.updateRule(tx, readerId, before.id, rule, beginsAnew);
}

async function checkRoom(tx: Queryable, readerId: number, isShared: boolean): Promise<void> {
  if ((await store.holdRuleCount(tx, readerId, isShared)) < RULES_MAXIMUM) return;
  const whose = isShared ? 'This tenant can share' : 'You can have';
  throw new Problem('limit-reached', `${whose} ${RULES_MAXIMUM} rules. Delete one first, or join two by OR.`);
}

/** What a rule does, as it is kept; refuses labels that it may not put on articles. */
async function storable(
  tx: Queryable,
  readerId: number,
  { markRead, star, hide, labelIds = [] }: { markRead?: boolean; star?: boolean; hide?: boolean; labelIds?: string[] },
  isShared: boolean,
): Promise<store.StoredActions> {
  const ids = [...new Set(labelIds.map(Number))].sort((a, b) => a - b);
  const usable = ids.length > 0 ? await store.usableLabels(tx, readerId, ids, isShared) : [];
  if (usable.length < ids.length) {
    const which = isShared ? 'A shared rule takes shared labels' : 'A rule of your own takes labels of your own';
    throw new Problem('invalid-request', `${which}: choose among these.`);
  }
  return {
    ...(markRead ? { markRead } : {}),
    ...(star ? { star } : {}),
    ...(hide ? { hide } : {}),
    ...(ids.length > 0 ? { labelIds: ids } : {}),
  };
}

/** What a rule did until now; to be shared, its labels have to be. */
async function restorable(
  tx: Queryable,
  readerId: number,
  { actions, isShared: wasShared }: store.RuleRow,
  isShared: boolean,
): Promise<store.StoredActions> {
  if (isShared === wasShared) return actions;
  return storable(tx, readerId, { ...actions, labelIds: (actions.labelIds ?? []).map(String) }, isShared);
}

/** The stages after which a rule acts; null for one that acts at arrival. */
function stageOf(awaits: Rule['awaits']): string | null {
  const stages = awaits.map((what) => (what === 'tags' ? 'tag' : 'summarise')).sort();
  return stages.length > 0 ? stages.join(',') : null;
}

export async function findOwn(tx: Queryable, readerId: number, idText: string): Promise<store.RuleRow> {
  const id = idOf(idText);
  const present = id === null ? null : await store.findRule(tx, readerId, id);
  if (!present) throw new Problem('not-found', 'You have no such rule.');
  return present;
}

function present(row: store.RuleRow): Rule {
  const { id, actions, labels, needsStage, createdAt, ...rest } = row;
  return {
    ...rest,
    id: String(id),
    actions: { markRead: actions.markRead === true, star: actions.star === true, hide: actions.hide === true, labels },
    awaits: (['tags', 'summary'] as const).filter((what) =>
      needsStage?.split(',').includes(what === 'tags' ? 'tag' : 'summarise'),
    ),
    hasLostLabel: labels.length < (actions.labelIds?.length ?? 0),
    createdAt: createdAt.toISOString(),
  };
}
