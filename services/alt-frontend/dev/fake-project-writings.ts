import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import type { FakeCall, FakeHandler } from './fake-api.ts';
import { type FakeProject, note, noteOf, now } from './fake-project-state.ts';
import { change, checkVersion, partOf, projectOf } from './fake-projects.ts';

const listed = <Item>(items: readonly Item[]) => ({ items, nextCursor: null });

const mentioned = ({ state, body }: FakeCall): contracts.Person[] =>
  state.projects.people.flatMap(({ id, name }) => (body.mentions?.includes(id) ? [{ id, name }] : []));

function writeNote(call: FakeCall): contracts.ProjectNote {
  const found = projectOf(call);
  const { body, pinId, highlightId } = call.body;
  const made = { ...noteOf(body, call.state.projects.me, mentioned(call)), pinId, highlightId };
  found.notes.unshift(made);
  note(found, call.state.projects.me, 'note-created', { noteId: made.id });
  return made;
}

function writeDecision(call: FakeCall): contracts.ProjectDecision {
  const found = projectOf(call);
  const made: contracts.ProjectDecision = {
    id: randomUUID(),
    number: found.decisions.length + 1,
    ...call.body,
    supersededBy: null,
    version: 1,
    createdBy: call.state.projects.me,
    createdAt: now(),
    updatedAt: now(),
  };
  found.decisions.unshift(made);
  note(found, call.state.projects.me, 'decision-created', { title: made.title, number: String(made.number) });
  return made;
}

function without<Key extends 'notes' | 'decisions' | 'rules'>(key: Key) {
  return (call: FakeCall) => {
    const found: FakeProject = projectOf(call);
    const part = partOf<{ id: string; version: number }>(found[key], call.params.partId);
    checkVersion(part, call.request);
    found[key] = found[key].filter(({ id }) => id !== part.id) as FakeProject[Key];
  };
}

const changed =
  <Key extends 'notes' | 'decisions' | 'rules'>(key: Key) =>
  (call: FakeCall) =>
    change(partOf<{ id: string; version: number }>(projectOf(call)[key], call.params.partId), call.request, {
      ...call.body,
      ...(call.body.mentions && { mentions: mentioned(call) }),
      ...(key !== 'rules' && { updatedAt: now() }),
    });

/** Notes, decisions, sources and rules of projects. */
export const projectWritingHandlers: FakeHandler[] = [
  [
    contracts.listProjectNotes,
    (call) =>
      listed(projectOf(call).notes.filter(({ pinId }) => call.query.pin === undefined || pinId === call.query.pin)),
  ],
  [contracts.createProjectNote, writeNote],
  [contracts.readProjectNote, (call) => partOf(projectOf(call).notes, call.params.partId)],
  [contracts.updateProjectNote, changed('notes')],
  [contracts.deleteProjectNote, without('notes')],
  [contracts.listProjectDecisions, (call) => listed(projectOf(call).decisions)],
  [contracts.createProjectDecision, writeDecision],
  [contracts.readProjectDecision, (call) => partOf(projectOf(call).decisions, call.params.partId)],
  [
    contracts.updateProjectDecision,
    (call) => {
      if (call.body.supersededBy) call.body.status = 'superseded';
      return changed('decisions')(call);
    },
  ],
  [contracts.deleteProjectDecision, without('decisions')],
  [contracts.listProjectSources, (call) => listed(projectOf(call).sources)],
  [
    contracts.addProjectSource,
    (call) => {
      const { kind, query, feedId, folderId } = call.body;
      const { subscriptions, folders, projects } = call.state;
      const name =
        query ??
        subscriptions.find(({ feed }) => feed.id === feedId)?.title ??
        folders.find(({ id }) => id === folderId)?.name;
      if (!name) throw new contracts.Problem('not-found', 'There is no such feed or folder.');
      const made = { id: randomUUID(), kind, name, addedBy: projects.me, createdAt: now() };
      projectOf(call).sources.push(made);
      return made;
    },
  ],
  [
    contracts.removeProjectSource,
    (call) => {
      const found = projectOf(call);
      found.sources = found.sources.filter(({ id }) => id !== call.params.partId);
    },
  ],
  [contracts.listProjectRules, (call) => listed(projectOf(call).rules)],
  [
    contracts.createProjectRule,
    (call) => {
      const owner = call.state.projects.me;
      const made = { id: randomUUID(), ...call.body, isEnabled: true, version: 1, owner, createdAt: now() };
      projectOf(call).rules.push(made);
      return made;
    },
  ],
  [contracts.updateProjectRule, changed('rules')],
  [contracts.deleteProjectRule, without('rules')],
];
