import * as contracts from '@alt/contracts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import { labelsOf } from './fake-reading.ts';
import type { FakeState } from './fake-state.ts';

/** Rules, made up: they find words in titles, and do nothing on arrival. */
export const ruleHandlers: FakeHandler[] = [
  [contracts.listRules, ({ state }) => ({ items: state.rules, nextCursor: null })],
  [contracts.previewRule, ({ state, query }) => previewOf(state, query.query)],
  [
    contracts.createRule,
    ({ state, body }) => {
      const { awaits } = understood(body.query);
      state.nextId += 1;
      const rule: contracts.Rule = {
        ...{ id: String(state.nextId), name: body.name, query: body.query, isEnabled: body.isEnabled ?? true, awaits },
        ...{ isShared: body.isShared ?? false, isMine: true, isOffForMe: false, position: state.rules.length },
        ...{ hasLostLabel: false, createdAt: new Date().toISOString(), actions: actionsOf(state, body.actions) },
      };
      state.rules.push(rule);
      return new FakeReply(rule, { status: 201 });
    },
  ],
  [
    contracts.updateRule,
    ({ state, params, body: { actions, ...change } }) => {
      const rule = ruleWith(state, params.id);
      if (change.query !== undefined) rule.awaits = understood(change.query).awaits;
      if (actions) Object.assign(rule, { actions: actionsOf(state, actions), hasLostLabel: false });
      return Object.assign(rule, change);
    },
  ],
  [
    contracts.deleteRule,
    ({ state, params }) => {
      const rule = ruleWith(state, params.id);
      state.rules = state.rules.filter((other) => other !== rule);
    },
  ],
  [
    contracts.runRule,
    ({ state, params }) => {
      const rule = ruleWith(state, params.id);
      const found = foundIn(state, rule.query).filter(({ rules = [] }) => !rules.some(({ id }) => id === rule.id));
      for (const entry of found) {
        entry.rules = [...(entry.rules ?? []), { id: rule.id, name: rule.name }];
        if (rule.actions.markRead) entry.read = true;
        if (rule.actions.star) entry.starred = true;
        entry.labels = [...new Set([...entry.labels, ...rule.actions.labels.map(({ name }) => name)])];
      }
      return { changed: found.length, nextCursor: null };
    },
  ],
];

function understood(text: string): contracts.RuleQuery {
  const { rule, error } = contracts.readRuleQuery(text);
  if (!rule) throw new contracts.Problem('invalid-request', error.message, { extra: { query: error } });
  return rule;
}

function previewOf(state: FakeState, text: string) {
  const { rule, error } = contracts.readRuleQuery(text);
  if (!rule) throw new contracts.Problem('invalid-query', error.message, { extra: { query: error } });
  const found = foundIn(state, text);
  const { awaits } = rule;
  return { total: found.length, totalIsExact: true, items: found.slice(0, 20), awaits, isComplete: true };
}

/** Articles whose title has every word of a query. */
function foundIn(state: FakeState, text: string): contracts.FullEntry[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^\w+:/, ''));
  return state.entries.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}

function actionsOf(
  state: FakeState,
  {
    markRead = false,
    star = false,
    hide = false,
    labelIds = [],
  }: NonNullable<contracts.BodyOf<typeof contracts.updateRule>['actions']>,
): contracts.Rule['actions'] {
  const labels = labelsOf(state).filter(({ id }) => labelIds.includes(id));
  return { markRead, star, hide, labels: labels.map(({ id, name }) => ({ id, name })) };
}

function ruleWith(state: FakeState, id: string | undefined): contracts.Rule {
  const rule = state.rules.find((candidate) => candidate.id === id);
  if (!rule) throw new contracts.Problem('not-found', 'You have no such rule.');
  return rule;
}
