import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { inputClass } from '../ui/field.tsx';
import { nameAt, peopleNamed, withName } from './mentions.ts';
import type { Person } from './projects-api.ts';
import { useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

interface NoteFieldProps {
  value: string;
  onChange(text: string): void;
}

/** Everybody whom one can mention. */
export function usePeople() {
  const api = useProjectsApi();
  return useQuery({ queryKey: ['projects', 'people'], queryFn: api.people, staleTime: 30_000 }).data ?? nobody;
}

const nobody: Array<Person & { email: string }> = [];

/** A field for a note: behind an @ it offers names, chosen by arrows and Enter or by a press. */
export function NoteField({ value, onChange }: NoteFieldProps) {
  const t = useOwnTexts(teamTexts);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [written, setWritten] = useState<ReturnType<typeof nameAt>>(null);
  const [chosen, setChosen] = useState(0);
  const people = usePeople();
  const list = useRef<HTMLDivElement>(null);
  const offered = written ? peopleNamed(people, written.word) : [];
  const isOffering = offered.length > 0;
  // The field may stand at the foot of the page, and the names below it.
  useEffect(() => {
    if (isOffering) list.current?.scrollIntoView({ block: 'nearest' });
  }, [isOffering]);
  const follow = (element: HTMLTextAreaElement) => {
    setWritten(nameAt(element.value, element.selectionStart));
    setChosen(0);
  };
  const take = (person: Person | undefined) => {
    if (!written || !person) return;
    const next = withName(value, written, person.name);
    onChange(next.text);
    setWritten(null);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const choose = (event: KeyboardEvent) => {
    if (offered.length === 0) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => setChosen((chosen + 1) % offered.length),
      ArrowUp: () => setChosen((chosen + offered.length - 1) % offered.length),
      Enter: () => take(offered[chosen]),
      Tab: () => take(offered[chosen]),
      Escape: () => setWritten(null),
    };
    const act = keys[event.key];
    if (!act || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div className="relative">
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {t('note')}
      </label>
      <textarea
        ref={field}
        id={id}
        rows={3}
        maxLength={20_000}
        value={value}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={`${id}-people`}
        aria-activedescendant={offered.length > 0 ? `${id}-${chosen}` : undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onChange(event.target.value);
          follow(event.target);
        }}
        onKeyDown={choose}
        onBlur={() => setWritten(null)}
        className={`${inputClass} field-sizing-content py-2 leading-relaxed`}
      />
      <div
        ref={list}
        id={`${id}-people`}
        role="listbox"
        aria-label={t('people')}
        hidden={offered.length === 0}
        className="absolute z-30 mt-1 min-w-56 rounded-lg border border-line bg-raised py-1 shadow-raised"
      >
        {offered.map((person, index) => (
          <div
            key={person.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onPointerDown={(event) => {
              // The field keeps the focus.
              event.preventDefault();
              take(person);
            }}
            className="flex min-h-11 cursor-pointer items-center gap-3 px-3 text-[0.9375rem] aria-selected:bg-chosen md:min-h-9"
          >
            {person.name} <span className="text-[0.8125rem] text-soft">{person.email}</span>
          </div>
        ))}
      </div>
      <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">
        {t('noteHint')}
      </p>
    </div>
  );
}
