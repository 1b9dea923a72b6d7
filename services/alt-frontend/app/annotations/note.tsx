import { useState } from 'react';
import type { EntryNote } from '../api/annotations.ts';
import type { AnnotationActs } from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { useToasts } from '../ui/toasts.tsx';
import { annotationTexts } from './annotation-texts.ts';
import { NoteForm } from './note-form.tsx';

export const smallButtonClass =
  'min-h-11 rounded-lg px-2 text-[0.8125rem] text-soft hover:bg-hover hover:text-ink md:min-h-8';

interface NoteProps {
  note: EntryNote;
  acts: AnnotationActs;
  nameOf(userId: string): string | undefined;
  /** Whether it can be shared: there is a team, and what it stands on is not kept from it. */
  mayShare: boolean;
  className?: string;
}

/** A note: one's own to be changed, shared and removed, another's to be read. */
export function Note({ note, acts, nameOf, mayShare, className = '' }: NoteProps) {
  const t = useOwnTexts(annotationTexts);
  const { ago } = useTexts();
  const { show } = useToasts();
  const [isEdited, setIsEdited] = useState(false);
  const { id, body, isMine, isShared, authorId, createdAt, updatedAt } = note;
  if (isEdited) {
    return (
      <NoteForm
        className={className}
        body={body}
        isFocused
        onSave={(text) => acts.changeNote(id, { body: text })}
        onClose={() => setIsEdited(false)}
      />
    );
  }
  const name = nameOf(authorId);
  const short = body.slice(0, 40);
  const remove = async () => {
    if (!(await acts.removeNote(id))) return;
    show({ text: t('noteRemoved'), action: { label: t('undo'), run: () => void acts.restoreNote(note) } });
  };
  const facts = [
    !isMine && (name ? t('by', { name }) : t('bySomebody')),
    updatedAt === createdAt ? ago(createdAt) : t('changed', { ago: ago(updatedAt) }),
    isMine && isShared && t('shared'),
  ].filter(Boolean);
  return (
    <div className={className}>
      <p lang={guessLanguage(body)} className="text-[0.9375rem]/relaxed wrap-anywhere whitespace-pre-line">
        {body}
      </p>
      <p className="text-[0.8125rem] text-soft">{facts.join(' · ')}</p>
      {isMine && (
        <div className="-ms-2 flex flex-wrap">
          <button
            type="button"
            className={smallButtonClass}
            aria-label={t('changeNote', { note: short })}
            onClick={() => setIsEdited(true)}
          >
            {t('change')}
          </button>
          {(mayShare || isShared) && (
            <button
              type="button"
              className={smallButtonClass}
              aria-label={t(isShared ? 'unshareNote' : 'shareNote', { note: short })}
              onClick={() => void acts.changeNote(id, { isShared: !isShared })}
            >
              {t(isShared ? 'unshareShort' : 'shareShort')}
            </button>
          )}
          <button
            type="button"
            className={smallButtonClass}
            aria-label={t('removeNote', { note: short })}
            onClick={() => void remove()}
          >
            {t('remove')}
          </button>
        </div>
      )}
    </div>
  );
}
