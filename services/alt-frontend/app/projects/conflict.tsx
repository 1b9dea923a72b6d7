import { useState } from 'react';
import { useAct } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import type { ProjectsApi } from './projects-api.ts';
import { isConflict, useMe, useProjectAct, useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

/** A change that somebody else was faster with. */
export interface Conflict {
  /** Who changed it; empty where nobody can tell. */
  name: string;
  theirs: string;
  mine: string;
  keepMine(): void;
  takeTheirs(): void;
}

interface GuardedChange<Thing extends { id: string; version: number }> {
  thing: Thing;
  /** Sends the change, made on the version given. */
  send(thing: Thing): Promise<unknown>;
  read(): Promise<Thing>;
  /** The words of a version, to be compared by eye. */
  textOf(thing: Thing): string;
  mine: string;
  onDone(): void;
}

/** Changes what others may change too: where somebody did meanwhile, both texts are shown and one of them chosen. */
export function useGuardedChange(projectId: string) {
  const api = useProjectsApi();
  const me = useMe();
  const act = useAct();
  const projectAct = useProjectAct(projectId);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  async function run<Thing extends { id: string; version: number }>(change: GuardedChange<Thing>): Promise<void> {
    const finish = () => {
      setConflict(null);
      change.onDone();
      void projectAct(async () => undefined);
    };
    await act(async () => {
      try {
        await change.send(change.thing);
        finish();
      } catch (error) {
        if (!isConflict(error)) throw error;
        const theirs = await change.read();
        setConflict({
          name: await whoChanged(api, projectId, theirs.id, me.id),
          theirs: change.textOf(theirs),
          mine: change.mine,
          keepMine: () => void run({ ...change, thing: theirs }),
          takeTheirs: finish,
        });
      }
    });
  }
  return { conflict, run, forget: () => setConflict(null) };
}

/** The last other person whose line in the activity names a thing. */
async function whoChanged(api: ProjectsApi, projectId: string, thingId: string, myId: string): Promise<string> {
  const { items } = await api.activity(projectId, undefined).catch(() => ({ items: [] }));
  const line = items.find(({ actor, subject }) => actor?.id !== myId && Object.values(subject).includes(thingId));
  return line?.actor?.name ?? '';
}

/** Both texts, one beside the other, and the choice between them. */
export function ConflictPanel({ conflict, onClose }: { conflict: Conflict; onClose(): void }) {
  const t = useOwnTexts(teamTexts);
  const { name, theirs, mine, keepMine, takeTheirs } = conflict;
  return (
    <Panel
      title={t('conflict', { name: name || t('somebody') })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={takeTheirs}>{t('takeTheirs')}</Button>
          <Button look="primary" onClick={keepMine}>
            {t('keepMine')}
          </Button>
        </>
      }
    >
      {(
        [
          ['theirs', theirs],
          ['mine', mine],
        ] as const
      ).map(([key, text]) => (
        <section key={key} aria-label={t(key)} className="pb-4">
          <h3 className="pb-1 text-sm font-medium text-soft">{t(key)}</h3>
          <p className="border-s-3 border-line ps-4 font-serif text-base/relaxed whitespace-pre-line">{text}</p>
        </section>
      ))}
    </Panel>
  );
}
