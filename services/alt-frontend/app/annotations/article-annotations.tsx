import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import type { EntryHighlight, HighlightColor } from '../api/annotations.ts';
import type { FullEntry } from '../api/api.ts';
import {
  annotationsQuery,
  useAnnotationActs,
  useAnnotationsApi,
  useMayShare,
  useNames,
  useShownHighlight,
} from '../data/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import type { Quote } from '../reader/quote-places.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { AnnotationList } from './annotation-list.tsx';
import { annotationTexts } from './annotation-texts.ts';
import { HighlightPanel } from './highlight-panel.tsx';
import { HighlightTools } from './highlight-tools.tsx';
import { drawMarks, eraseMarks, highlightAt, marksOf } from './marks.ts';
import { SelectionTools } from './selection-tools.tsx';

interface ArticleAnnotationsProps {
  entry: FullEntry;
  place: Place;
  /** The element that holds the article's text, and the HTML it shows now. */
  text: RefObject<HTMLElement | null>;
  html: string;
}

const quoteMaximum = 5_000;

/** What the reader and their team marked and wrote in an article: in the text, and listed below it. */
export function ArticleAnnotations({ entry, place, text, html }: ArticleAnnotationsProps) {
  const t = useOwnTexts(annotationTexts);
  const { show } = useToasts();
  const { data, error, refetch } = useQuery(annotationsQuery(useAnnotationsApi(), entry.id));
  const acts = useAnnotationActs(entry.id);
  const mayShare = useMayShare();
  const nameOf = useNames([...(data?.highlights ?? []), ...(data?.notes ?? [])].some(({ isMine }) => !isMine));
  const [open, setOpen] = useState<{ id: string; isWriting: boolean } | null>(null);
  const placedIds = useMarks(text, html, data);
  usePressedMarks(text, (id) => setOpen({ id, isWriting: false }));
  const [color, setColor] = useColor();
  const [isMaking, setIsMaking] = useState(false);
  const highlight = async (quote: Quote, chosen: HighlightColor, isWriting: boolean) => {
    if (quote.quote.length > quoteMaximum) {
      show({ text: t('tooLong'), tone: 'error' });
      return;
    }
    setColor(chosen);
    setIsMaking(true);
    // The same words once more: they change their colour.
    const present = data?.highlights.find((one) => one.isMine && isSame(one, quote));
    if (present && !isWriting) await acts.changeHighlight(present.id, { color: chosen });
    const made = present ?? (await acts.highlight({ ...quote, color: chosen }));
    setIsMaking(false);
    if (!made) return;
    window.getSelection()?.removeAllRanges();
    if (isWriting) setOpen({ id: made.id, isWriting });
  };
  const opened = open && data?.highlights.find(({ id }) => id === open.id);
  if (!data) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <SelectionTools text={text} isBusy={isMaking} onKey={(key, quote) => void highlight(quote, color, key === 'n')}>
        {(quote) => (
          <HighlightTools
            color={color}
            isBusy={isMaking}
            onHighlight={(chosen, isWriting) => void highlight(quote, chosen, isWriting)}
          />
        )}
      </SelectionTools>
      <AnnotationList
        entry={entry}
        annotations={data}
        placedIds={placedIds}
        acts={acts}
        nameOf={nameOf}
        mayShare={mayShare}
        onOpen={(id) => setOpen({ id, isWriting: false })}
        onShow={(id) => showMark(text.current, id)}
      />
      {opened && (
        <HighlightPanel
          highlight={opened}
          isWriting={open.isWriting}
          notes={data.notes.filter(({ highlightId }) => highlightId === opened.id)}
          place={place}
          acts={acts}
          nameOf={nameOf}
          mayShare={mayShare}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

const isSame = (one: Quote, other: Quote) =>
  one.quote === other.quote.normalize('NFC') && one.prefix === other.prefix && one.suffix === other.suffix;

/** Draws the highlights whenever they or the text change. Answers with those that are in the text, in its order. */
function useMarks(
  text: RefObject<HTMLElement | null>,
  html: string,
  data: { highlights: EntryHighlight[]; notes: Array<{ highlightId: string | null }> } | undefined,
): readonly string[] | null {
  const { language } = useTexts();
  const shown = useShownHighlight();
  const [placedIds, setPlacedIds] = useState<readonly string[] | null>(null);
  const noted = useMemo(() => new Set(data?.notes.map(({ highlightId }) => highlightId)), [data]);
  // The text is put into the page by a layout effect of its own, anew with the HTML and with the language.
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again where the text was put into the page again
  useEffect(() => {
    const element = text.current;
    if (!data) return;
    if (!element) {
      setPlacedIds([]);
      return;
    }
    const marked = data.highlights.map((highlight) => ({ ...highlight, hasNotes: noted.has(highlight.id) }));
    setPlacedIds(drawMarks(element, marked));
    const wanted = shown.peek();
    if (wanted && data.highlights.some(({ id }) => id === wanted)) {
      shown.take();
      showMark(element, wanted);
    }
    return () => eraseMarks(element);
  }, [text, html, language, data, noted, shown]);
  return placedIds;
}

/** A press on a mark opens its highlight; not one on a link in it, nor the end of a selection. */
function usePressedMarks(text: RefObject<HTMLElement | null>, onPress: (id: string) => void): void {
  useEffect(() => {
    const element = text.current;
    if (!element) return;
    const press = (event: MouseEvent) => {
      const id = highlightAt(event.target);
      const isLink = event.target instanceof Element && event.target.closest('a, button, summary') !== null;
      if (!id || isLink || window.getSelection()?.isCollapsed === false) return;
      onPress(id);
    };
    element.addEventListener('click', press);
    return () => element.removeEventListener('click', press);
  });
}

function showMark(element: HTMLElement | null, id: string): void {
  const [mark] = element ? marksOf(element, id) : [];
  if (!mark) return;
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  mark.scrollIntoView({ block: 'center', behavior: isCalm ? 'auto' : 'smooth' });
  mark.tabIndex = -1;
  mark.focus({ preventScroll: true });
}

const colorKey = 'alt.highlight-color';
const isColor = (value: string | null): value is HighlightColor =>
  value !== null && ['yellow', 'green', 'blue', 'pink'].includes(value);

/** The colour that was taken last on this device. */
function useColor(): [HighlightColor, (color: HighlightColor) => void] {
  const [color, setColor] = useState<HighlightColor>(() => {
    const kept = localStorage.getItem(colorKey);
    return isColor(kept) ? kept : 'yellow';
  });
  return [
    color,
    (next) => {
      localStorage.setItem(colorKey, next);
      setColor(next);
    },
  ];
}
