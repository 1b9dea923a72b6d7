/** Elements without an end tag. */
export const VOID: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);

/** The open elements of markup that is written as it is read. Each answer is the end tags that fall due. */
export interface TagStack {
  /** To be called before a start tag: what it closes by itself. */
  open(name: string): string;
  /** To be called before each child: a family too large for one parent is divided between several. */
  makeRoom(): string;
  /** False where the element would stand too deep; then its tags are left out and its inside stays. */
  push(name: string): boolean;
  close(name: string): string;
  closeAll(): string;
}

const MAX_DEPTH = 64;
/** Taking a child out of a list costs its length. The largest family seen in 170 pages is one of 3,711. */
const MAX_CHILDREN = 4_000;
const CLOSES_PARAGRAPH = new Set(
  (
    'address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 ' +
    'h6 header hgroup hr li main menu nav ol p pre search section summary table ul'
  ).split(' '),
);
/** What a start tag closes if nothing of the second list stands between them. */
const IMPLIED: ReadonlyMap<string, { closes: ReadonlySet<string>; within: ReadonlySet<string> }> = new Map(
  [
    { names: 'li', closes: 'li', within: 'ul ol menu dir table' },
    { names: 'dt dd', closes: 'dt dd', within: 'dl table' },
    { names: 'td th', closes: 'td th', within: 'tr table' },
    { names: 'tr', closes: 'tr', within: 'table' },
    { names: 'thead tbody tfoot', closes: 'thead tbody tfoot', within: 'table' },
    { names: 'a', closes: 'a', within: 'table td th div p li section article' },
    { names: 'rt rp', closes: 'rt rp', within: 'ruby' },
  ].flatMap(({ names, closes, within }) => {
    const rule = { closes: new Set(closes.split(' ')), within: new Set(within.split(' ')) };
    return names.split(' ').map((name) => [name, rule] as const);
  }),
);
const TABLE_PARTS = new Set('table caption colgroup thead tbody tfoot tr td th'.split(' '));
const CELLS = new Set(['td', 'th', 'caption', 'table']);

export function createTagStack(): TagStack {
  const stack: string[] = [];
  /** How many children each open element has; those of the body come first. */
  const children = [0];
  const tooDeep = new Map<string, number>();

  const popTo = (index: number): string => {
    let markup = '';
    while (stack.length > index) {
      markup += `</${stack.pop()}>`;
      children.pop();
    }
    return markup;
  };
  return {
    open(name) {
      let markup = '';
      if (CLOSES_PARAGRAPH.has(name)) {
        const paragraph = find(stack, (open) => open === 'p', isBlock);
        if (paragraph !== -1) markup += popTo(paragraph);
      }
      const rule = IMPLIED.get(name);
      if (rule === undefined) return markup;
      const implied = find(
        stack,
        (open) => rule.closes.has(open),
        (open) => rule.within.has(open),
      );
      return implied === -1 ? markup : markup + popTo(implied);
    },
    makeRoom() {
      const depth = stack.length;
      const count = children[depth] ?? 0;
      if (count < MAX_CHILDREN) {
        children[depth] = count + 1;
        return '';
      }
      const name = stack.at(-1) ?? 'div';
      if (depth === 0) {
        stack.push(name);
        children.push(1);
        return '<div>';
      }
      children[depth] = 1;
      children[depth - 1] = (children[depth - 1] ?? 0) + 1;
      return `</${name}><${name}>`;
    },
    push(name) {
      if (stack.length < MAX_DEPTH) {
        stack.push(name);
        children.push(0);
        return true;
      }
      tooDeep.set(name, (tooDeep.get(name) ?? 0) + 1);
      return false;
    },
    close(name) {
      const skipped = tooDeep.get(name) ?? 0;
      if (skipped > 0) {
        tooDeep.set(name, skipped - 1);
        return '';
      }
      const isEdge = TABLE_PARTS.has(name) ? (open: string) => open === 'table' : isBlock(name) ? isCell : isBlock;
      const index = find(stack, (open) => open === name, isEdge);
      return index === -1 ? '' : popTo(index);
    },
    closeAll: () => popTo(0),
  };
}

function isCell(name: string): boolean {
  return CELLS.has(name);
}

/** Elements that end tags of inline elements do not reach through. */
function isBlock(name: string): boolean {
  return CLOSES_PARAGRAPH.has(name) || TABLE_PARTS.has(name);
}

/** The innermost of these elements, as long as none of the others stands before it; -1 if there is none. */
function find(
  stack: readonly string[],
  isWanted: (name: string) => boolean,
  isBoundary: (name: string) => boolean,
): number {
  for (let index = stack.length - 1; index >= 0; index -= 1) {
    const name = stack[index] ?? '';
    if (isWanted(name)) return index;
    if (isBoundary(name)) return -1;
  }
  return -1;
}
