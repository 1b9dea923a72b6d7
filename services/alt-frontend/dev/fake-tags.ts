import * as contracts from '@alt/contracts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

export const tagHandlers: FakeHandler[] = [
  [contracts.listTags, ({ state, query }) => ({ items: tagsOf(state, query), nextCursor: null })],
  [
    contracts.listTagProposals,
    ({ state }) => {
      const names = new Set(tagsOf(state, {}).map(({ name }) => name));
      const isOpen = state.tagPair?.every((name) => names.has(name));
      const proposal = { names: state.tagPair, reason: 'letters', counts: [9, 4], sharedCount: 1 };
      return { items: isOpen ? [proposal] : [], nextCursor: null };
    },
  ],
  [
    contracts.dismissTagProposal,
    ({ state }) => {
      state.tagPair = null;
    },
  ],
  [
    contracts.mergeTags,
    ({ state, body }) => {
      for (const from of body.from) rename(state, from, body.into);
      return { tag: tagNamed(state, body.into), merged: body.from.length };
    },
  ],
  [
    contracts.listTagVetoes,
    ({ state }) => ({ items: state.vetoes.map((name) => ({ name, createdAt: null })), nextCursor: null }),
  ],
  [
    contracts.vetoTag,
    ({ state, body }) => {
      if (!state.vetoes.includes(body.name)) state.vetoes.push(body.name);
      return new FakeReply({ name: body.name, createdAt: null }, { status: 201 });
    },
  ],
  [
    contracts.liftTagVeto,
    ({ state, params }) => {
      state.vetoes = state.vetoes.filter((name) => name !== params.name);
    },
  ],
  [
    contracts.updateTag,
    ({ state, params, body }) => {
      const name = params.name ?? '';
      const flags = { ...tagNamed(state, name), ...body, name };
      state.tagFlags.set(name, { hidden: flags.hidden, promoted: flags.promoted });
      if (body.name) rename(state, name, body.name);
      return tagNamed(state, body.name ?? name);
    },
  ],
];

function rename(state: FakeState, from: string, into: string): void {
  for (const entry of state.entries) {
    entry.tags = [...new Set(entry.tags.map((name) => (name === from ? into : name)))];
  }
}

function tagNamed(state: FakeState, name: string): contracts.Tag {
  const count = state.entries.filter(({ tags }) => tags.includes(name)).length;
  return { name, count, ...(state.tagFlags.get(name) ?? { hidden: false, promoted: false }) };
}

function tagsOf(state: FakeState, { view = 'all', prefix = '' }: { view?: string; prefix?: string }): contracts.Tag[] {
  const names = new Set(state.entries.flatMap(({ tags }) => tags));
  return [...names]
    .filter((name) => name.startsWith(prefix) && !state.vetoes.includes(name))
    .map((name) => tagNamed(state, name))
    .filter(({ hidden }) => view === 'all' || hidden === (view === 'hidden'))
    .sort((a, b) => b.count - a.count);
}
