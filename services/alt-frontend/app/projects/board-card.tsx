import { type KeyboardEvent, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { SelectField } from '../ui/field.tsx';
import type { Board, BoardActs } from './board-data.ts';
import { type Step, targetOf } from './board-moves.ts';
import { projectTexts } from './project-texts.ts';
import type { ProjectArticle } from './projects-api.ts';
import { entryIdOf } from './projects-data.ts';

interface BoardCardProps {
  article: ProjectArticle;
  board: Board;
  acts: BoardActs;
  mayWrite: boolean;
  place: Place;
  /** What is dragged would come before this one. */
  isDropBefore: boolean;
  onDrag(article: ProjectArticle | null): void;
  /** It is about to be moved by keys, and wants the focus where it comes to stand. */
  onStep(pinId: string): void;
}

const stepOfKey: Readonly<Record<string, Step>> = {
  ArrowUp: 'earlier',
  ArrowDown: 'later',
  ArrowLeft: 'previous',
  ArrowRight: 'next',
};

/** An article on the board: dragged, moved by Alt and an arrow, or by the menu at its end. */
export function BoardCard({ article, board, acts, mayWrite, place, isDropBefore, onDrag, onStep }: BoardCardProps) {
  const t = useOwnTexts(projectTexts);
  const [isMoving, setIsMoving] = useState(false);
  const step = (event: KeyboardEvent) => {
    const name = event.altKey && mayWrite ? stepOfKey[event.key] : undefined;
    const target = name && targetOf(board.columns, article.id, name);
    if (!name) return;
    event.preventDefault();
    event.stopPropagation();
    if (!target) return;
    onStep(article.id);
    acts.move(article, target);
  };
  return (
    <li
      data-pin={article.id}
      draggable={mayWrite}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', article.title);
        onDrag(article);
      }}
      onDragEnd={() => onDrag(null)}
      className={`flex items-start gap-1 border-b border-line py-2.5 ${isDropBefore ? 'shadow-[0_-2px_0_var(--accent)]' : ''} ${mayWrite ? 'md:cursor-grab' : ''}`}
    >
      <PlaceLink
        place={{ ...place, entryId: entryIdOf(article) }}
        isReplacing={place.entryId !== undefined}
        aria-current={place.entryId === entryIdOf(article) ? 'true' : undefined}
        draggable={false}
        onKeyDown={step}
        className="group min-w-0 flex-1 rounded-md aria-[current=true]:bg-chosen"
      >
        <CardText article={article} />
      </PlaceLink>
      {mayWrite && (
        <IconButton
          icon="more"
          label={t('move', { title: article.title })}
          onClick={() => setIsMoving(true)}
          className="-my-1 -me-2"
        />
      )}
      {isMoving && <MovePanel article={article} board={board} acts={acts} onClose={() => setIsMoving(false)} />}
    </li>
  );
}

function CardText({ article: { title, feedTitle, publishedAt, origin, pinnedBy } }: { article: ProjectArticle }) {
  const t = useOwnTexts(projectTexts);
  const { day } = useTexts();
  const who = origin === 'rule' ? t('byRule') : pinnedBy && t('by', { name: pinnedBy.name });
  return (
    <>
      <span
        lang={guessLanguage(title)}
        className="clamp-3 font-serif text-base/snug group-hover:underline group-hover:decoration-1 group-hover:underline-offset-4"
      >
        {title}
      </span>
      <span className="block pt-1 text-[0.8125rem] text-soft">
        {[feedTitle, publishedAt && day(publishedAt), who].filter(Boolean).join(' · ')}
      </span>
    </>
  );
}

interface MovePanelProps extends Pick<BoardCardProps, 'article' | 'board' | 'acts'> {
  onClose(): void;
}

/** Moving without dragging: to a section, or by one place. */
function MovePanel({ article, board, acts, onClose }: MovePanelProps) {
  const t = useOwnTexts(projectTexts);
  const steps = (['earlier', 'later'] as const).map(
    (name) => [name, targetOf(board.columns, article.id, name)] as const,
  );
  return (
    <Panel title={t('moveTitle')} onClose={onClose}>
      <p lang={guessLanguage(article.title)} className="pb-4 font-serif text-lg/snug">
        {article.title}
      </p>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          const sectionId = String(new FormData(event.currentTarget).get('section')) || null;
          onClose();
          if (sectionId !== article.sectionId) acts.move(article, { sectionId });
        }}
      >
        <SelectField
          label={t('section')}
          name="section"
          defaultValue={article.sectionId ?? ''}
          className="flex-1"
          data-autofocus
        >
          <option value="">{t('noSection')}</option>
          {board.sections.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </SelectField>
        <Button type="submit" look="primary">
          {t('moveHere')}
        </Button>
      </form>
      <div className="flex flex-wrap gap-2 pt-4">
        {steps.map(([name, target]) => (
          <Button key={name} disabled={!target} onClick={() => target && acts.move(article, target)}>
            {t(name)}
          </Button>
        ))}
        <Button
          look="danger"
          className="ms-auto"
          onClick={() => {
            onClose();
            acts.takeOut(article);
          }}
        >
          {t('takeOut')}
        </Button>
      </div>
    </Panel>
  );
}
