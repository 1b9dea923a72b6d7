import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { ConflictPanel, useGuardedChange } from './conflict.tsx';
import { mentionedIn } from './mentions.ts';
import { NoteField, usePeople } from './note-field.tsx';
import { projectPlace } from './project-place.ts';
import type { Project, ProjectNote } from './projects-api.ts';
import {
  articlesQuery,
  entryIdOf,
  projectKey,
  rightsIn,
  useMe,
  useProjectAct,
  useProjectsApi,
} from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

interface NotesProps {
  project: Project;
  /** Of one article alone. */
  pinId?: string;
  /** What stands where there are none. */
  empty?: React.ReactNode;
}

/** Notes on a project or an article of it, the newest first, and the way to write one. */
export function Notes({ project, pinId, empty }: NotesProps) {
  const api = useProjectsApi();
  const { data, error, refetch } = useQuery({
    queryKey: projectKey(project.id, 'notes', pinId ?? 'all'),
    queryFn: () => api.notes(project.id, pinId),
    staleTime: 15_000,
  });
  const { mayWrite } = rightsIn(project);
  return (
    <>
      {mayWrite && <NewNote projectId={project.id} {...(pinId !== undefined && { pinId })} />}
      {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && empty}
      <ul>
        {data?.map((note) => (
          <Note key={note.id} note={note} project={project} isWhere={pinId === undefined} />
        ))}
      </ul>
    </>
  );
}

function NewNote({ projectId, pinId }: { projectId: string; pinId?: string }) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const people = usePeople();
  const [body, setBody] = useState('');
  const write = () => {
    if (body.trim() === '') return;
    const mentions = mentionedIn(body, people).map(({ id }) => id);
    void act(() => api.createNote(projectId, { body, mentions, ...(pinId !== undefined && { pinId }) })).then(
      (isDone) => isDone && setBody(''),
    );
  };
  return (
    <form
      className="pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        write();
      }}
    >
      <NoteField value={body} onChange={setBody} />
      <Button type="submit" className="mt-3" disabled={body.trim() === ''}>
        {t('write')}
      </Button>
    </form>
  );
}

function Note({ note, project, isWhere }: { note: ProjectNote; project: Project; isWhere: boolean }) {
  const t = useOwnTexts(teamTexts);
  const { ago } = useTexts();
  const me = useMe();
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const [state, setState] = useState<'shown' | 'edited' | 'asked'>('shown');
  const { mayWrite, mayLead } = rightsIn(project);
  const mayChange = mayWrite && (mayLead || note.createdBy?.id === me.id);
  const isChanged = note.updatedAt !== note.createdAt;
  return (
    <li className="border-t border-line py-4">
      <p className="flex flex-wrap gap-x-2 pb-1 text-[0.8125rem] text-soft">
        <span className="font-medium text-ink">{note.createdBy?.name ?? t('gone')}</span>
        <span>{ago(note.createdAt)}</span>
        {isChanged && <span>· {t('changedAt', { ago: ago(note.updatedAt) })}</span>}
      </p>
      {isWhere && note.pinId && <NotedArticle projectId={project.id} pinId={note.pinId} />}
      {state === 'edited' ? (
        <EditNote note={note} projectId={project.id} onClose={() => setState('shown')} />
      ) : (
        <p lang={guessLanguage(note.body)} className="font-serif text-base/relaxed whitespace-pre-line">
          <WithMentions note={note} />
        </p>
      )}
      {mayChange && state !== 'edited' && (
        <div className="-ms-2 flex gap-1 pt-1">
          {(['edit', 'remove'] as const).map((name) => (
            <button
              key={name}
              type="button"
              onClick={() => setState(name === 'edit' ? 'edited' : 'asked')}
              className="min-h-11 rounded-lg px-2 text-sm text-soft hover:bg-hover hover:text-ink md:min-h-8"
            >
              {t(name)}
            </button>
          ))}
        </div>
      )}
      {state === 'asked' && (
        <Confirm
          title={t('removeNote')}
          text={t('removeText')}
          action={t('remove')}
          isDangerous
          onCancel={() => setState('shown')}
          onConfirm={() => void act(() => api.deleteNote(project.id, note)).then(() => setState('shown'))}
        />
      )}
    </li>
  );
}

/** A note's text; the names of those it mentions stand out. */
function WithMentions({ note: { body, mentions } }: { note: ProjectNote }) {
  const names = mentions.map(({ name }) => `@${name}`).filter((name) => name !== '@');
  if (names.length === 0) return body;
  const pattern = new RegExp(`(${names.map((name) => RegExp.escape(name)).join('|')})`, 'u');
  return body.split(pattern).map((part, index) =>
    names.includes(part) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not move
      <span key={index} className="text-accent">
        {part}
      </span>
    ) : (
      part
    ),
  );
}

function NotedArticle({ projectId, pinId }: { projectId: string; pinId: string }) {
  const article = useQuery(articlesQuery(useProjectsApi(), projectId)).data?.find(({ id }) => id === pinId);
  if (!article) return null;
  return (
    <PlaceLink
      place={{ ...projectPlace(projectId, 'notes'), entryId: entryIdOf(article) }}
      className="mb-1 inline-flex min-h-11 items-center text-sm text-accent hover:underline md:min-h-8"
    >
      {article.title}
    </PlaceLink>
  );
}

function EditNote({ note, projectId, onClose }: { note: ProjectNote; projectId: string; onClose(): void }) {
  const { t } = useTexts();
  const api = useProjectsApi();
  const people = usePeople();
  const { conflict, run, forget } = useGuardedChange(projectId);
  // The list is loaded again meanwhile: what is saved is a change of the note that one began with.
  const [start] = useState(note);
  const [body, setBody] = useState(note.body);
  const save = () => {
    const mentions = mentionedIn(body, people).map(({ id }) => id);
    void run({
      thing: start,
      send: (present) => api.changeNote(projectId, present, { body, mentions }),
      read: () => api.note(projectId, note.id),
      textOf: (present) => present.body,
      mine: body,
      onDone: onClose,
    });
  };
  return (
    <>
      <NoteField value={body} onChange={setBody} />
      <div className="flex gap-2 pt-3">
        <Button look="primary" disabled={body.trim() === ''} onClick={save}>
          {t('action.save')}
        </Button>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
      </div>
      {conflict && <ConflictPanel conflict={conflict} onClose={forget} />}
    </>
  );
}
