import { Tokenizer, TokenizerMode } from 'parse5';

export interface PageTag {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** For `a`: the text up to its end tag. */
  text: string;
}

/** Elements whose inside is text up to their end tag. */
const RAW_TEXT: ReadonlyMap<string, number> = new Map([
  ['script', TokenizerMode.SCRIPT_DATA],
  ['style', TokenizerMode.RAWTEXT],
  ['xmp', TokenizerMode.RAWTEXT],
  ['iframe', TokenizerMode.RAWTEXT],
  ['noembed', TokenizerMode.RAWTEXT],
  ['noframes', TokenizerMode.RAWTEXT],
  ['title', TokenizerMode.RCDATA],
  ['textarea', TokenizerMode.RCDATA],
]);
const MAX_TAGS = 50_000;
const MAX_TEXT_LENGTH = 200;

/**
 * The start tags of these names in a page, in order. Uses the tokenizer of the HTML standard alone: quoting, case and
 * references are right, and there is no tree that a hostile page could blow up.
 */
export function pageTags(html: string, names: ReadonlySet<string>): PageTag[] {
  const tags: PageTag[] = [];
  let openLink: PageTag | null = null;
  const addText = (characters: string): void => {
    if (openLink !== null && openLink.text.length < MAX_TEXT_LENGTH) openLink.text += characters;
  };
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: false },
    {
      onStartTag(token) {
        if (names.has(token.tagName) && tags.length < MAX_TAGS) {
          const attributes = new Map(token.attrs.map(({ name, value }) => [name, value]));
          const tag: PageTag = { name: token.tagName, attributes, text: '' };
          tags.push(tag);
          if (token.tagName === 'a') openLink = tag;
        }
        const mode = RAW_TEXT.get(token.tagName);
        if (mode !== undefined) tokenizer.state = mode;
      },
      onEndTag(token) {
        if (token.tagName === 'a') openLink = null;
      },
      onCharacter: (token) => addText(token.chars),
      onWhitespaceCharacter: () => addText(' '),
      onNullCharacter: () => undefined,
      onComment: () => undefined,
      onDoctype: () => undefined,
      onEof: () => undefined,
    },
  );
  tokenizer.write(html, true);
  return tags;
}
