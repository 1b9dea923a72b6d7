import { useLayoutEffect, useMemo, useRef } from 'react';
import { useTexts } from '../language/translate.ts';
import { articleFragment } from './article-html.ts';
import { placePlayers } from './players.ts';
import { guessLanguage } from './text-language.ts';

/** The text of an article: cleaned once more by the browser itself, then put into the page as nodes, never as a string. */
export function ArticleText({ html }: { html: string }) {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  const fragment = useMemo(() => articleFragment(html), [html]);
  const language = useMemo(() => guessLanguage(fragment.textContent ?? ''), [fragment]);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    element.replaceChildren(fragment.cloneNode(true));
    return placePlayers(element, {
      play: (player) => t('article.play', { player }),
      note: (player) => t('article.playNote', { player }),
    });
  }, [fragment, t]);
  return <div ref={place} lang={language} dir="auto" className="article-text" />;
}
