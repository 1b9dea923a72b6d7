import { PreviewCard } from '@base-ui/react/preview-card';
import { Fragment } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { briefTexts } from './brief-texts.ts';
import { type Citation, citationKey } from './citations.ts';
import { projectPlace } from './project-place.ts';
import type { BriefPart } from './projects-api.ts';

interface SentencesProps {
  sentences: BriefPart['sentences'];
  numbers: ReadonlyMap<string, number>;
  projectId: string;
  place: Place;
}

/** Sentences with a small number for each of their citations. */
export function BriefSentences({ sentences, numbers, projectId, place }: SentencesProps) {
  const language = guessLanguage(sentences.map(({ text }) => text).join(' '));
  const gap = language === 'ja' || language === 'zh' ? '' : ' ';
  return (
    <p lang={language} className="font-serif text-lg/relaxed">
      {sentences.map(({ text, citations }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sentences of a version do not move
        <Fragment key={index}>
          {index > 0 && gap}
          <span lang={guessLanguage(text)}>{text}</span>
          {citations.map((citation) => (
            <CitationMark
              key={citationKey(citation)}
              citation={citation}
              number={numbers.get(citationKey(citation)) ?? 0}
              projectId={projectId}
              place={place}
            />
          ))}
        </Fragment>
      ))}
    </p>
  );
}

interface MarkProps {
  citation: Citation;
  number: number;
  projectId: string;
  place: Place;
}

/** A number does not begin a line. Unicode, 23.2. */
const wordJoiner = '\u2060';

const markClass =
  'rounded px-1 py-1 align-super font-sans text-xs/none whitespace-nowrap text-accent tabular-nums hover:bg-hover';

/** A number that leads to the words it stands for; hovered or focused it shows them. */
function CitationMark({ citation, number, projectId, place }: MarkProps) {
  const t = useOwnTexts(briefTexts);
  const { articleId, quote, title, url } = citation;
  const label = t('source', { number, title });
  const link = articleId ? (
    <PlaceLink
      place={{ ...projectPlace(projectId, 'brief', quote), entryId: articleId }}
      isReplacing={place.entryId !== undefined}
      aria-label={label}
      className={markClass}
    />
  ) : (
    // biome-ignore lint/a11y/useAnchorContent: the trigger brings the number
    <a href={safe(url)} target="_blank" rel="noopener noreferrer" aria-label={label} className={markClass} />
  );
  return (
    <PreviewCard.Root>
      {wordJoiner}
      <PreviewCard.Trigger delay={150} closeDelay={100} render={link}>
        {number}
      </PreviewCard.Trigger>
      <PreviewCard.Portal container={document.getElementById('articles')}>
        <PreviewCard.Positioner sideOffset={6} collisionPadding={12} className="z-40">
          <PreviewCard.Popup className="max-w-[min(24rem,calc(100vw-2rem))] rounded-xl border border-line bg-raised px-4 py-3 text-ink shadow-raised">
            <blockquote lang={guessLanguage(quote)} className="clamp-5 font-serif text-base/relaxed">
              {quote}
            </blockquote>
            <p lang={guessLanguage(title)} className="clamp-2 pt-1.5 text-[0.8125rem] text-soft">
              {title}
            </p>
          </PreviewCard.Popup>
        </PreviewCard.Positioner>
      </PreviewCard.Portal>
    </PreviewCard.Root>
  );
}

const safe = (url: string | null) => (url && /^https?:/.test(url) ? url : undefined);
