import { isIP } from 'node:net';
import { addressRegion } from '../address-block.ts';

/** A session that goes to another network stays there; one that is back within this time is in two places. */
const BETWEEN_MS = 30_000;
const SESSIONS_MAXIMUM = 20_000;

export type Impossibility = 'session-moved' | 'session-agent-changed';

interface Trace {
  /** The kind of program that the session was first seen with; empty until one says. */
  family: string;
  /** The last places by version of IP, the newest last: a browser may use both versions at once. */
  places: Record<4 | 6, { region: string; at: number }[]>;
}

/** Watches from where and with what each session comes, in this process. */
export interface SessionWatch {
  knows(sessionId: string): boolean;
  /** A session that this process has not seen; `agent` is the one that it was opened with. */
  begin(sessionId: string, agent: string): void;
  /** What is impossible about this request, seen after the ones before; null if nothing. */
  note(sessionId: string, from: { address: string; agent: string }): Impossibility | null;
}

/**
 * Impossible is: another kind of browser than the session began with; and far networks in turns, A B A within 30 s. A phone
 * that leaves the house goes from A to B and stays; somebody with a copied cookie makes the session jump back and forth.
 */
export function createSessionWatch(now: () => number = Date.now): SessionWatch {
  const traces = new Map<string, Trace>();
  return {
    knows: (sessionId) => traces.has(sessionId),
    begin(sessionId, agent) {
      traces.set(sessionId, { family: agentFamily(agent), places: { 4: [], 6: [] } });
      // The one that began first goes first: a Map keeps the order in which keys came.
      if (traces.size > SESSIONS_MAXIMUM) for (const oldest of traces.keys()) return void traces.delete(oldest);
    },
    note(sessionId, { address, agent }) {
      const trace = traces.get(sessionId);
      if (!trace) return null;
      if (hasOtherFamily(trace, agent)) return 'session-agent-changed';
      return hasMovedBack(trace, address, now()) ? 'session-moved' : null;
    },
  };
}

function hasOtherFamily(trace: Trace, agent: string): boolean {
  const family = agentFamily(agent);
  if (family === '') return false;
  if (trace.family === '') trace.family = family;
  const isOther = trace.family !== family;
  trace.family = family; // one line for each change, whoever holds the session afterwards
  return isOther;
}

function hasMovedBack(trace: Trace, address: string, time: number): boolean {
  const version = isIP(address);
  if (version !== 4 && version !== 6) return false;
  const places = trace.places[version];
  const region = addressRegion(address);
  const last = places.at(-1);
  if (last?.region === region) {
    last.at = time;
    return false;
  }
  const isBack = places.some((place) => place.region === region && time - place.at < BETWEEN_MS);
  trace.places[version] = isBack ? [{ region, at: time }] : [...places.slice(-2), { region, at: time }];
  return isBack;
}

/** `Mozilla/5.0 … Chrome/120 …` is `chrome`, whatever its version; a program is its own first word. */
export function agentFamily(agent: string): string {
  if (!agent.startsWith('Mozilla/')) return agent.split(/[/\s(;]/)[0]?.toLowerCase() ?? '';
  const known = BROWSERS.find(([, mark]) => mark.test(agent));
  return known ? known[0] : 'mozilla';
}

/** The most particular first: Edge calls itself Chrome, and Chrome calls itself Safari. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ['edge', /\bEdg(?:e|A|iOS)?\//],
  ['opera', /\b(?:OPR|OPiOS)\//],
  ['samsung', /\bSamsungBrowser\//],
  ['firefox', /\b(?:Firefox|FxiOS)\//],
  ['chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\//],
  ['safari', /\bSafari\//],
];
