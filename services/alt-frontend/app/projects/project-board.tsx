import { useEffect, useMemo, useRef, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { IconButton } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { BoardCard } from './board-card.tsx';
import { type Board, type BoardActs, useBoard, useBoardActs } from './board-data.ts';
import type { Column, Target } from './board-moves.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import { projectTexts } from './project-texts.ts';
import type { ProjectArticle } from './projects-api.ts';
import { entryIdOf, rightsIn, useProjectAct, useProjectsApi } from './projects-data.ts';
import { SectionPanel } from './section-panel.tsx';

/** The articles of a project by sections: columns side by side where there is room, else one below the other. */
export function ProjectBoard({ project, place, onStories }: ProjectPartProps) {
  const t = useOwnTexts(projectTexts);
  const board = useBoard(project.id);
  const acts = useBoardActs(project.id, board);
  const { mayWrite } = rightsIn(project);
  const [dragged, setDragged] = useState<ProjectArticle | null>(null);
  const refocus = useRefocus();
  const entryIds = board.columns.flatMap(({ articles }) => articles.map(entryIdOf)).join(' ');
  useEffect(() => onStories(entryIds.split(' ')), [entryIds, onStories]);
  const shown = board.columns.filter(({ id, articles }) => id !== null || articles.length > 0 || dragged !== null);
  if (board.error)
    return (
      <div className="p-5">
        <LoadFailed error={board.error} onRetry={board.retry} />
      </div>
    );
  if (!board.isLoaded) return null;
  return (
    <div className="px-5 py-4">
      {mayWrite && entryIds !== '' && <p className="sr-only">{t('keysHint')}</p>}
      <div className="flex flex-col gap-6 @3xl:w-max @3xl:flex-row @3xl:items-start @3xl:gap-5">
        {shown.map((column) => (
          <BoardColumn
            key={column.id ?? 'none'}
            column={column}
            board={board}
            acts={acts}
            projectId={project.id}
            mayWrite={mayWrite}
            place={place}
            dragged={dragged}
            onDrag={setDragged}
            onStep={refocus}
          />
        ))}
        {mayWrite && <NewSection projectId={project.id} />}
      </div>
      {entryIds === '' && <Notice icon="text" title={t('emptySection')} text={t('emptyBoard')} />}
    </div>
  );
}

interface BoardColumnProps extends Pick<ProjectPartProps, 'place'> {
  column: Column;
  board: Board;
  acts: BoardActs;
  projectId: string;
  mayWrite: boolean;
  dragged: ProjectArticle | null;
  onDrag(article: ProjectArticle | null): void;
  onStep(pinId: string): void;
}

function BoardColumn({ column, board, acts, projectId, mayWrite, place, dragged, onDrag, onStep }: BoardColumnProps) {
  const t = useOwnTexts(projectTexts);
  const { number } = useTexts();
  const [isEditing, setIsEditing] = useState(false);
  const drop = useDrop(column, dragged, (target) => dragged && acts.move(dragged, target));
  const section = board.sections.find(({ id }) => id === column.id);
  const title = section?.title ?? t('noSection');
  return (
    <section aria-label={title} className="@3xl:w-80" {...drop.handlers}>
      <header className="flex min-h-12 items-center gap-2 border-b border-line md:min-h-10">
        <h2 className="min-w-0 flex-1 truncate text-sm font-semibold">{title}</h2>
        <span className="text-[0.8125rem] text-soft tabular-nums">{number(column.articles.length)}</span>
        {section && mayWrite && (
          <IconButton
            icon="more"
            label={t('editSection', { title })}
            onClick={() => setIsEditing(true)}
            className="-me-2"
          />
        )}
      </header>
      <ol className={`min-h-12 rounded-b-lg transition-colors ${drop.isOver ? 'bg-chosen' : ''}`}>
        {column.articles.map((article) => (
          <BoardCard
            key={article.id}
            article={article}
            board={board}
            acts={acts}
            mayWrite={mayWrite}
            place={place}
            isDropBefore={drop.beforeId === article.id}
            onDrag={onDrag}
            onStep={onStep}
          />
        ))}
        {column.articles.length === 0 && <li className="py-3 text-sm text-soft">{t('emptySection')}</li>}
      </ol>
      {isEditing && section && (
        <SectionPanel
          projectId={projectId}
          section={section}
          sections={board.sections}
          onClose={() => setIsEditing(false)}
        />
      )}
    </section>
  );
}

/** Gives the focus back to a card that has moved to another column, where it is a new element. */
function useRefocus(): (pinId: string) => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    if (wanted.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-pin="${CSS.escape(wanted.current)}"] a`)?.focus();
    wanted.current = null;
  });
  return (pinId) => {
    wanted.current = pinId;
  };
}

/** A column as a place to drop an article: before the card under the pointer, else at the end. */
function useDrop({ id, articles }: Column, dragged: ProjectArticle | null, onDrop: (target: Target) => void) {
  const [beforeId, setBeforeId] = useState<string | null | undefined>(undefined);
  const handlers = useMemo(
    () => ({
      onDragOver: (event: React.DragEvent) => {
        if (!dragged) return;
        event.preventDefault();
        const card = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-pin]') : null;
        setBeforeId(card?.dataset.pin ?? null);
      },
      onDragLeave: (event: React.DragEvent<HTMLElement>) => {
        const isInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
        if (!isInside) setBeforeId(undefined);
      },
      onDrop: (event: React.DragEvent) => {
        event.preventDefault();
        setBeforeId(undefined);
        if (!dragged || beforeId === dragged.id) return;
        const rest = articles.filter((article) => article.id !== dragged.id);
        const index = rest.findIndex((article) => article.id === beforeId);
        if (index < 0) onDrop({ sectionId: id });
        else onDrop({ sectionId: id, afterId: rest[index - 1]?.id ?? null });
      },
    }),
    [articles, beforeId, dragged, id, onDrop],
  );
  return { handlers, isOver: beforeId !== undefined, beforeId };
}

function NewSection({ projectId }: { projectId: string }) {
  const t = useOwnTexts(projectTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const add = (data: FormData, form: HTMLFormElement) => {
    const title = String(data.get('title')).trim();
    if (title === '') return;
    void act(() => api.createSection(projectId, title)).then((isDone) => isDone && form.reset());
  };
  return (
    <Form onSubmit={add} className="flex items-end gap-2 @3xl:w-64">
      <Field
        label={t('addSection')}
        name="title"
        maxLength={200}
        autoComplete="off"
        placeholder={t('sectionTitle')}
        className="flex-1"
      />
      <IconButton type="submit" icon="plus" label={t('add')} />
    </Form>
  );
}
