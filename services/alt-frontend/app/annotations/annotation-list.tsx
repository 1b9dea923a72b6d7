import { useState } from 'react';
import { saveFile } from '../account/save-file.ts';
import type { Annotations, EntryHighlight } from '../api/annotations.ts';
import type { FullEntry } from '../api/api.ts';
import type { AnnotationActs } from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { annotationTexts } from './annotation-texts.ts';
import { annotationsAsMarkdown, fileNameOf } from './markdown.ts';
import { Note, smallButtonClass } from './note.tsx';
import { NoteForm } from './note-form.tsx';

interface AnnotationListProps {
  entry: FullEntry;
  annotations: Annotations;
  /** The highlights that are in the text, in its order; null until that is known. */
  placedIds: readonly string[] | null;
  acts: AnnotationActs;
  nameOf(userId: string): string | undefined;
  mayShare: boolean;
  onOpen(highlightId: string): void;
  onShow(highlightId: string): void;
}

/** Below the text: its highlights in their order, those that are no longer in it, and notes on the whole article. */
export function AnnotationList(props: AnnotationListProps) {
  const { entry, annotations, placedIds, acts, nameOf, mayShare } = props;
  const t = useOwnTexts(annotationTexts);
  const [isWriting, setIsWriting] = useState(false);
  const { highlights, notes } = annotations;
  const known = new Set(highlights.map(({ id }) => id));
  // A shared note may stand on a highlight that its author keeps to themselves.
  const onArticle = notes.filter(({ highlightId }) => highlightId === null || !known.has(highlightId));
  const isEmpty = highlights.length === 0 && notes.length === 0;
  return (
    <section aria-label={t('title')} className="mt-10 font-sans not-print:border-t not-print:border-line pt-5">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className={`min-w-0 flex-1 basis-52 text-base font-semibold ${isEmpty ? 'sr-only' : ''}`}>{t('title')}</h2>
        {!isEmpty && (
          <Button className="px-3! text-sm! md:min-h-8!" onClick={() => save(entry, annotations)}>
            {t('markdown')}
          </Button>
        )}
        {!isWriting && (
          <Button className="px-3! text-sm! md:min-h-8!" onClick={() => setIsWriting(true)}>
            {t('write')}
          </Button>
        )}
      </div>
      {isWriting && (
        <NoteForm
          className="pt-4"
          isFocused
          onSave={(body) => acts.write(body, null)}
          onClose={() => setIsWriting(false)}
        />
      )}
      <ul>
        {inOrder(highlights, placedIds).map((highlight) => (
          <HighlightItem
            key={highlight.id}
            {...props}
            highlight={highlight}
            isLost={placedIds !== null && !placedIds.includes(highlight.id)}
          />
        ))}
      </ul>
      {onArticle.length > 0 && (
        <>
          {highlights.length > 0 && <h3 className="pt-6 text-sm font-medium text-soft">{t('onArticle')}</h3>}
          <ul>
            {onArticle.map((note) => (
              <li key={note.id} className="border-b border-line py-3 last:border-0">
                <Note note={note} acts={acts} nameOf={nameOf} mayShare={mayShare} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function save(entry: FullEntry, annotations: Annotations): void {
  saveFile(fileNameOf(entry.title), 'text/markdown', annotationsAsMarkdown(entry, annotations));
}

/** As they stand in the text; behind them those that do not. */
function inOrder(highlights: readonly EntryHighlight[], placedIds: readonly string[] | null): EntryHighlight[] {
  const place = ({ id }: EntryHighlight) => {
    const index = placedIds?.indexOf(id) ?? -1;
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  };
  return highlights.toSorted((one, other) => (place(one) < place(other) ? -1 : place(one) > place(other) ? 1 : 0));
}

interface HighlightItemProps extends AnnotationListProps {
  highlight: EntryHighlight;
  isLost: boolean;
}

function HighlightItem({ highlight, isLost, annotations, acts, nameOf, mayShare, onOpen, onShow }: HighlightItemProps) {
  const t = useOwnTexts(annotationTexts);
  const { id, quote, color, isMine, isShared, authorId } = highlight;
  const notes = annotations.notes.filter(({ highlightId }) => highlightId === id);
  const name = nameOf(authorId);
  const facts = [
    !isMine && (name ? t('by', { name }) : t('bySomebody')),
    isMine && isShared && t('shared'),
    isLost && t('lost'),
  ].filter(Boolean);
  return (
    <li data-color={color} className="highlight-edge my-4 ps-4">
      <blockquote lang={guessLanguage(quote)} className="clamp-5 font-serif text-base/relaxed">
        {quote}
      </blockquote>
      {facts.length > 0 && <p className="text-[0.8125rem] text-soft">{facts.join(' · ')}</p>}
      {notes.map((note) => (
        <Note key={note.id} className="pt-2" note={note} acts={acts} nameOf={nameOf} mayShare={mayShare && isShared} />
      ))}
      <div className="-ms-2 flex flex-wrap">
        {!isLost && (
          <button type="button" className={smallButtonClass} onClick={() => onShow(id)}>
            {t('show')}
          </button>
        )}
        <button
          type="button"
          className={smallButtonClass}
          aria-label={t('open', { quote: quote.slice(0, 40) })}
          onClick={() => onOpen(id)}
        >
          {t(isMine ? 'change' : 'write')}
        </button>
      </div>
    </li>
  );
}
