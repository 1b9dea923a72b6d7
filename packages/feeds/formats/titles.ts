import { htmlToText } from '../html/clean.ts';

/** Inline elements people put into titles; any other `<word>` in a title is what the title is about. */
const INLINE_TAG =
  /<\/?(?:a|abbr|b|bdi|big|br|cite|code|del|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)(?=[\s/>])[^<>]{0,500}>/gi;
const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/i;

/** The plain text of a title that may hold markup: inline tags go, references are decoded once more, other text stays. */
export function titleFromHtml(title: string | null): string | null {
  if (title === null) return null;
  const hasReference = REFERENCE.test(title);
  if (!hasReference && !title.includes('<')) return oneLine(title);
  // Words around a tag belong together (`<b>A</b>lt`), except at a line break.
  const withoutTags = title.replace(/<br\s*\/?>/gi, ' ').replace(INLINE_TAG, '');
  if (!hasReference) return oneLine(withoutTags);
  return oneLine(htmlToText(withoutTags.replace(/</g, '&lt;')));
}

export function oneLine(text: string | null): string | null {
  return text === null ? null : text.replace(/\s+/g, ' ').trim() || null;
}
