import { type CSSProperties, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { type Quote, selectedQuote } from '../reader/quote-places.ts';
import { isForOthers, keyOf } from '../reader/shortcuts.ts';
import { annotationTexts } from './annotation-texts.ts';

export type ToolKey = 'h' | 'n';

interface SelectionToolsProps {
  text: RefObject<HTMLElement | null>;
  /** Something is being made of the words: what is pressed meanwhile is meant for that, not for the reader's keys. */
  isBusy: boolean;
  onKey(key: ToolKey, quote: Quote): void;
  /** The tools for these words. */
  children(quote: Quote): ReactNode;
}

/** What can be done with selected words: beside them for a mouse, at the foot of the page for a finger, or by `h` and `n`. */
export function SelectionTools({ text, isBusy, onKey, children }: SelectionToolsProps) {
  const t = useOwnTexts(annotationTexts);
  const { selected, hold } = useSelected(text);
  useKeys(selected !== null, isBusy, (key) => {
    const now = selectedQuote(text.current);
    if (key === 'Escape') window.getSelection()?.removeAllRanges();
    else if (now) onKey(key, now.quote);
  });
  if (!selected) return null;
  return (
    <div
      role="toolbar"
      aria-label={t('tools')}
      style={placeOf(selected.rect, text.current)}
      // A press would take the selection away.
      onPointerDown={(event) => {
        event.preventDefault();
        hold();
      }}
      className="selection-tools"
    >
      {children(selected.quote)}
    </div>
  );
}

export const toolClass =
  'flex min-h-11 items-center gap-1.5 rounded-lg px-3 text-sm hover:bg-hover pointer-fine:min-h-9';

interface Selected {
  quote: Quote;
  rect: DOMRect;
}

const clickMs = 50;

/** The words selected in the text, once the mouse is let go; a press on the tools themselves changes nothing. */
function useSelected(text: RefObject<HTMLElement | null>) {
  const [selected, setSelected] = useState<Selected | null>(null);
  const isHeld = useRef(false);
  useEffect(() => {
    let isPressed = false;
    const look = () => {
      if (isPressed || isHeld.current) return;
      const found = selectedQuote(text.current);
      setSelected(found && { quote: found.quote, rect: found.range.getBoundingClientRect() });
    };
    const press = ({ pointerType }: PointerEvent) => {
      isPressed = pointerType === 'mouse';
    };
    const release = () => {
      isPressed = false;
      // The click of a press on the tools comes right behind it.
      setTimeout(() => {
        isHeld.current = false;
        look();
      }, clickMs);
    };
    document.addEventListener('selectionchange', look);
    document.addEventListener('pointerdown', press);
    document.addEventListener('pointerup', release);
    document.addEventListener('pointercancel', release);
    return () => {
      document.removeEventListener('selectionchange', look);
      document.removeEventListener('pointerdown', press);
      document.removeEventListener('pointerup', release);
      document.removeEventListener('pointercancel', release);
    };
  }, [text]);
  return {
    selected,
    hold: () => {
      isHeld.current = true;
    },
  };
}

/** While words are selected: `h` marks them, `n` writes on them, Escape lets them go. */
function useKeys(isSelected: boolean, isBusy: boolean, handle: (key: ToolKey | 'Escape') => void): void {
  const latest = useRef({ isBusy, handle });
  useEffect(() => {
    latest.current = { isBusy, handle };
  });
  useEffect(() => {
    if (!isSelected) return;
    const press = (event: KeyboardEvent) => {
      const key = keyOf(event);
      if (isForOthers(event)) return;
      if (latest.current.isBusy) {
        event.preventDefault();
        return;
      }
      if (key !== 'h' && key !== 'n' && key !== 'Escape') return;
      event.preventDefault();
      latest.current.handle(key);
    };
    // Before the reader's own keys, of which Escape closes the article.
    document.addEventListener('keydown', press, { capture: true });
    return () => document.removeEventListener('keydown', press, { capture: true });
  }, [isSelected]);
}

const toolsHeight = 48;
const toolsWidth = 264;

/** Above the selection; below it where there is no room, and always within sight. */
function placeOf(rect: DOMRect, text: HTMLElement | null): CSSProperties {
  const root = text?.parentElement?.getBoundingClientRect();
  const view = text?.closest('.scroll')?.getBoundingClientRect();
  if (!root || !view) return {};
  const above = rect.top - toolsHeight - 8;
  const top = above > view.top ? above : Math.min(rect.bottom + 8, view.bottom - toolsHeight - 8);
  const left = Math.min(Math.max(0, rect.left + rect.width / 2 - root.left - toolsWidth / 2), root.width - toolsWidth);
  return { '--top': `${top - root.top}px`, '--left': `${Math.max(0, left)}px` } as CSSProperties;
}
