/** What a robots.txt asks of us (RFC 9309). */
export interface RobotsRules {
  /** Rules of the group for us, else of the group for everybody. */
  rules: { allows: boolean; path: string }[];
}

const MAX_BYTES = 500 * 1_024;
const MAX_RULES = 2_000;
const EVERYBODY = '*';

/** Reads a robots.txt for the product token `alt`. Anything it does not understand says nothing. */
export function parseRobots(text: string, product = 'alt'): RobotsRules {
  const own: RobotsRules['rules'] = [];
  const general: RobotsRules['rules'] = [];
  let agents: string[] = [];
  let isInRules = false;
  let isNamed = false;
  for (const line of text.slice(0, MAX_BYTES).split(/\r\n|\r|\n/)) {
    const [key, value] = fieldOf(line);
    if (key === 'user-agent') {
      if (isInRules) agents = [];
      isInRules = false;
      agents.push(value.toLowerCase());
      if (agentMatches(value, product)) isNamed = true;
    } else if (key === 'allow' || key === 'disallow') {
      isInRules = true;
      if (value === '') continue;
      const rule = { allows: key === 'allow', path: value };
      if (agents.some((agent) => agentMatches(agent, product)) && own.length < MAX_RULES) own.push(rule);
      if (agents.includes(EVERYBODY) && general.length < MAX_RULES) general.push(rule);
    }
  }
  return { rules: isNamed ? own : general };
}

/** Whether an address may be fetched: the longest rule that fits decides; at equal length the one that allows. */
export function isAllowed({ rules }: RobotsRules, address: string): boolean {
  const url = new URL(address);
  const path = `${url.pathname}${url.search}`;
  if (path === '/robots.txt') return true;
  let best = { allows: true, length: -1 };
  for (const { allows, path: pattern } of rules) {
    const isBetter = pattern.length > best.length || (pattern.length === best.length && allows);
    if (isBetter && patternFits(pattern, path)) best = { allows, length: pattern.length };
  }
  return best.allows;
}

function fieldOf(line: string): [key: string, value: string] {
  const content = line.split('#', 1)[0] ?? '';
  const colon = content.indexOf(':');
  if (colon < 0) return ['', ''];
  return [content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()];
}

function agentMatches(agent: string, product: string): boolean {
  return agent.toLowerCase().split('/')[0]?.trim() === product;
}

/** `*` stands for anything, `$` at the end for the end. Each piece is found once, from left to right: linear time. */
function patternFits(pattern: string, path: string): boolean {
  const isAnchored = pattern.endsWith('$');
  const pieces = (isAnchored ? pattern.slice(0, -1) : pattern).split('*');
  const [first = '', ...rest] = pieces;
  if (!path.startsWith(first)) return false;
  let position = first.length;
  const last = isAnchored ? rest.pop() : undefined;
  for (const piece of rest) {
    const found = path.indexOf(piece, position);
    if (found < 0) return false;
    position = found + piece.length;
  }
  if (!isAnchored) return true;
  if (last === undefined) return position === path.length;
  return path.endsWith(last) && path.length - last.length >= position;
}
