import type { HighlightColor } from '../api/annotations.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Icon } from '../ui/icons.tsx';
import { annotationTexts } from './annotation-texts.ts';
import { toolClass } from './selection-tools.tsx';

export const highlightColors = ['yellow', 'green', 'blue', 'pink'] as const;

interface HighlightToolsProps {
  /** The colour of the key `h`. */
  color: HighlightColor;
  isBusy: boolean;
  onHighlight(color: HighlightColor, isWriting: boolean): void;
}

/** Highlighting selected words in a colour, or writing on them. */
export function HighlightTools({ color, isBusy, onHighlight }: HighlightToolsProps) {
  const t = useOwnTexts(annotationTexts);
  return (
    <>
      {highlightColors.map((name) => (
        <button
          key={name}
          type="button"
          data-color={name}
          aria-label={t(`mark.${name}`)}
          title={t(`mark.${name}`)}
          aria-keyshortcuts={name === color ? 'h' : undefined}
          disabled={isBusy}
          onClick={() => onHighlight(name, false)}
          className="flex size-11 items-center justify-center rounded-lg hover:bg-hover pointer-fine:size-9"
        >
          <span className="swatch" />
        </button>
      ))}
      <button
        type="button"
        aria-keyshortcuts="n"
        disabled={isBusy}
        onClick={() => onHighlight(color, true)}
        className={toolClass}
      >
        <Icon name="comments" className="size-4 text-soft" />
        {t('note')}
      </button>
    </>
  );
}
