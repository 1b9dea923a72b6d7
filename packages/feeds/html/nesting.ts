/**
 * Tells whether HTML that is written element by element will be read back as the same tree. The rules are those of the
 * HTML standard's tree construction ("in body", "in table") that close or move elements by themselves; whoever writes an
 * element that one of them would move has to read the result again.
 */
export interface NestingGuard {
  open(name: string): void;
  close(): void;
  /** True directly inside a table or row, where text other than blanks would be moved out. */
  readonly hasNoRoomForText: boolean;
  /** To be called when something was written that will be moved. */
  breakNesting(): void;
  readonly isStable: boolean;
  readonly depth: number;
}

const CLOSES_PARAGRAPH: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote details dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p ' +
    'pre section summary table ul'
  ).split(' '),
);
const HEADINGS: ReadonlySet<string> = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const IMPLIED_END: ReadonlySet<string> = new Set(['dd', 'dt', 'li', 'p', 'rp', 'rt']);
/** Elements behind which an outer paragraph, link or list item is out of sight. */
const SCOPES: ReadonlySet<string> = new Set(['td', 'th', 'caption', 'table']);
const SPECIAL: ReadonlySet<string> = new Set([
  ...CLOSES_PARAGRAPH,
  'caption',
  'colgroup',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'tr',
]);
const TABLE_PARENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['caption', ['table']],
  ['colgroup', ['table']],
  ['col', ['colgroup']],
  ['tbody', ['table']],
  ['thead', ['table']],
  ['tfoot', ['table']],
  ['tr', ['tbody', 'thead', 'tfoot']],
  ['td', ['tr']],
  ['th', ['tr']],
]);
const TABLE_INNARDS: ReadonlySet<string> = new Set(['table', 'tbody', 'thead', 'tfoot', 'tr', 'colgroup']);

export function createNestingGuard(): NestingGuard {
  const stack: string[] = [];
  let isStable = true;
  return {
    open(name) {
      if (isStable) isStable = staysWhereItIs(name, stack);
      stack.push(name);
    },
    close() {
      stack.pop();
    },
    get hasNoRoomForText() {
      return TABLE_INNARDS.has(stack.at(-1) ?? '');
    },
    breakNesting() {
      isStable = false;
    },
    get isStable() {
      return isStable;
    },
    get depth() {
      return stack.length;
    },
  };
}

function staysWhereItIs(name: string, stack: readonly string[]): boolean {
  const parent = stack.at(-1);
  if (parent === undefined) return !TABLE_PARENTS.has(name);
  const parents = TABLE_PARENTS.get(name);
  if (parents !== undefined) return parents.includes(parent);
  if (TABLE_INNARDS.has(parent)) return false;
  if (HEADINGS.has(name) && HEADINGS.has(parent)) return false;
  if ((name === 'rt' || name === 'rp') && IMPLIED_END.has(parent)) return false;
  if (name === 'a' && isInScope('a', stack)) return false;
  if (CLOSES_PARAGRAPH.has(name) && isInScope('p', stack)) return false;
  if (name === 'li') return !closesItem(['li'], stack);
  return name === 'dd' || name === 'dt' ? !closesItem(['dd', 'dt'], stack) : true;
}

function isInScope(name: string, stack: readonly string[]): boolean {
  for (let index = stack.length - 1; index >= 0; index--) {
    const open = stack[index] ?? '';
    if (open === name) return true;
    // A table hides paragraphs; only its cells and its caption hide links, and nothing stands between them and the table.
    if (SCOPES.has(open)) return false;
  }
  return false;
}

function closesItem(names: readonly string[], stack: readonly string[]): boolean {
  for (let index = stack.length - 1; index >= 0; index--) {
    const open = stack[index] ?? '';
    if (names.includes(open)) return true;
    if (SPECIAL.has(open) && open !== 'address' && open !== 'div' && open !== 'p') return false;
  }
  return false;
}
