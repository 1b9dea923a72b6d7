import { useState } from 'react';
import type { EntryHighlight, EntryNote } from '../api/annotations.ts';
import type { AnnotationActs } from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useMe } from '../projects/projects-data.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { CheckField } from '../ui/field.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { annotationTexts } from './annotation-texts.ts';
import { highlightColors } from './highlight-tools.tsx';
import { Note } from './note.tsx';
import { NoteForm } from './note-form.tsx';

interface HighlightPanelProps {
  highlight: EntryHighlight;
  notes: readonly EntryNote[];
  /** Opened to write on it. */
  isWriting: boolean;
  place: Place;
  acts: AnnotationActs;
  nameOf(userId: string): string | undefined;
  mayShare: boolean;
  onClose(): void;
}

/** A highlight: its colour, who sees it, what is written on it, and the way into a project. */
export function HighlightPanel(props: HighlightPanelProps) {
  const { highlight, notes, isWriting, place, acts, nameOf, mayShare, onClose } = props;
  const t = useOwnTexts(annotationTexts);
  const { mayMake } = useMe();
  const going = useGoing();
  const { id, entryId, quote, color, isMine, isShared, authorId } = highlight;
  const name = nameOf(authorId);
  const removing = useRemoving(props);
  const toProject = () => {
    onClose();
    going.to({ ...place, panel: `pin:${entryId}:${id}` });
  };
  return (
    <Panel
      title={t('highlight')}
      onClose={onClose}
      footer={
        (isMine || mayMake) && (
          <>
            {isMine && (
              <Button look="danger" className="me-auto" onClick={removing.ask}>
                {t('remove')}
              </Button>
            )}
            {mayMake && <Button onClick={toProject}>{t('toProject')}</Button>}
          </>
        )
      }
    >
      <div className="flex flex-col gap-5">
        <div>
          <blockquote
            lang={guessLanguage(quote)}
            data-color={color}
            className="highlight-edge clamp-5 ps-4 font-serif text-base/relaxed"
          >
            {quote}
          </blockquote>
          {!isMine && <p className="pt-1 text-[0.8125rem] text-soft">{name ? t('by', { name }) : t('bySomebody')}</p>}
        </div>
        {isMine && <ColorChoice color={color} onChange={(next) => void acts.changeHighlight(id, { color: next })} />}
        {isMine && (mayShare || isShared) && (
          <CheckField
            label={t('share')}
            hint={t('shareHint')}
            checked={isShared}
            onChange={(isChecked) => void acts.changeHighlight(id, { isShared: isChecked })}
          />
        )}
        {notes.length > 0 && (
          <ul aria-label={t('notes')}>
            {notes.map((note) => (
              <li key={note.id} className="border-t border-line pt-3 pb-1">
                <Note note={note} acts={acts} nameOf={nameOf} mayShare={mayShare && isShared} />
              </li>
            ))}
          </ul>
        )}
        <NoteForm isFocused={isWriting} onSave={(body) => acts.write(body, id)} />
      </div>
      {removing.isAsking && (
        <Confirm
          title={t('removeTitle')}
          text={t('removeText')}
          action={t('remove')}
          isDangerous
          onConfirm={removing.remove}
          onCancel={removing.cancel}
        />
      )}
    </Panel>
  );
}

/** Removes a highlight, which can be undone; where others wrote on it that cannot be, and it asks first. */
function useRemoving({ highlight, notes, acts, onClose }: HighlightPanelProps) {
  const t = useOwnTexts(annotationTexts);
  const { show } = useToasts();
  const [isAsking, setIsAsking] = useState(false);
  const hasOthers = notes.some(({ isMine }) => !isMine);
  const remove = async () => {
    onClose();
    if (!(await acts.removeHighlight(highlight.id))) return;
    const undo = { label: t('undo'), run: () => void acts.restoreHighlight(highlight, notes) };
    show({ text: t('removed'), ...(!hasOthers && { action: undo }) });
  };
  return {
    isAsking,
    ask: () => (hasOthers ? setIsAsking(true) : void remove()),
    cancel: () => setIsAsking(false),
    remove: () => void remove(),
  };
}

type Color = EntryHighlight['color'];

function ColorChoice({ color, onChange }: { color: Color; onChange(color: Color): void }) {
  const t = useOwnTexts(annotationTexts);
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t('color')}</legend>
      <div className="-ms-2 flex gap-1">
        {highlightColors.map((name) => (
          <label
            key={name}
            data-color={name}
            title={t(`color.${name}`)}
            className="flex size-11 cursor-pointer items-center justify-center rounded-lg hover:bg-hover has-checked:bg-chosen has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="color"
              value={name}
              checked={name === color}
              onChange={() => onChange(name)}
              className="sr-only"
            />
            <span className="sr-only">{t(`color.${name}`)}</span>
            <span className="swatch" />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
