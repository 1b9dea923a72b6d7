import { useEffect, useId, useRef, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { annotationTexts } from './annotation-texts.ts';

interface NoteFormProps {
  /** The text of a note that is there already. */
  body?: string;
  isFocused?: boolean;
  className?: string;
  /** Answers whether it was saved; what was typed stays where it was not. */
  onSave(body: string): Promise<boolean>;
  onClose?(): void;
}

/** A field for a note. Ctrl or Cmd with Enter saves it. */
export function NoteForm({ body = '', isFocused = false, className = '', onSave, onClose }: NoteFormProps) {
  const t = useOwnTexts(annotationTexts);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(body);
  const [isSaving, setIsSaving] = useState(false);
  useEffect(() => {
    if (isFocused) field.current?.focus();
  }, [isFocused]);
  const save = async () => {
    if (text.trim() === '' || isSaving) return;
    setIsSaving(true);
    const isSaved = await onSave(text.trim());
    setIsSaving(false);
    if (!isSaved) return;
    setText('');
    onClose?.();
  };
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {t('yourNote')}
      </label>
      <textarea
        ref={field}
        id={id}
        rows={2}
        maxLength={20_000}
        value={text}
        data-autofocus={isFocused || undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
        className={`${inputClass} field-sizing-content max-h-80 py-2 leading-relaxed`}
      />
      <div className="flex flex-wrap gap-2 pt-2">
        <Button type="submit" disabled={text.trim() === '' || isSaving}>
          {t(body === '' ? 'add' : 'save')}
        </Button>
        {onClose && <Button onClick={onClose}>{t('cancel')}</Button>}
      </div>
    </form>
  );
}
