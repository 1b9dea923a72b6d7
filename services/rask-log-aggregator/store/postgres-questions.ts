import { type Statement, statement } from '@alt/database';
import { type LogFilter, type LogGrid, type LogPlace, type LogSpan, levelNumber } from './log-store.ts';

export interface LineRow {
  timestamp: string;
  id: string;
  level: number;
  service: string;
  message: string;
  serviceType: string;
  logType: string;
  serviceGroup: string;
  stream: string;
  containerId: string;
  traceId: string;
  spanId: string;
  requestId: string;
  fields: Record<string, string>;
}

export interface CountRow {
  /** When the part begins. */
  part: Date;
  level: number;
  lines: number;
}

export interface Question<Row> {
  statement: Statement<Row>;
  values: unknown[];
}

const MINUTE_MS = 60_000;

/** Lines of a span, the newest first, from after `before` on. */
export function questionOfLines(
  filter: LogFilter,
  span: LogSpan,
  { before, limit }: { before: LogPlace | null; limit: number },
): Question<LineRow> {
  const asked = narrowed(filter);
  const { add, where } = asked;
  where.push(`at >= ${add(span.from)}`, `at < ${add(span.to)}`);
  if (before) {
    const at = add(before.timestamp);
    // The time alone too: it leaves out days, which the pair does not.
    where.push(`at <= ${at}`, `(at, id) < (${at}::timestamptz, ${add(before.id)})`);
  }
  const text = `
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp, id, level, service, message,
      service_type as "serviceType", log_type as "logType", service_group as "serviceGroup", stream,
      container_id as "containerId", trace_id as "traceId", span_id as "spanId", request_id as "requestId", fields
    from service_logs where ${where.join(' and ')}
    order by at desc, id desc limit ${add(limit)}`;
  return { statement: statement(`logs_search_${asked.shape}${before ? '_on' : ''}`, text), values: asked.values };
}

/**
 * How many lines of each level there are in each part of a grid. Where neither words nor ids narrow them, the counts of whole minutes
 * answer, and lines are read of the parts of minutes at both ends alone.
 */
export function questionOfCounts(filter: LogFilter, span: LogSpan, grid: LogGrid): Question<CountRow> {
  const asked = narrowed(filter);
  const { add, where } = asked;
  const [from, to] = [add(span.from), add(span.to)];
  const [length, start] = [add(`${grid.stepMs} milliseconds`), add(new Date(grid.startMs))];
  const partOf = (column: string) => `date_bin(${length}::interval, ${column}, ${start}::timestamptz)`;
  const linesOf = (first: string, end: string) =>
    `select ${partOf('at')} as part, level, count(*) as lines from service_logs
     where ${[`at >= ${first}::timestamptz`, `at < ${end}::timestamptz`, ...where].join(' and ')} group by 1, 2`;
  const whole = wholeMinutes(filter, span, grid);
  const sources = [linesOf(from, to)];
  if (whole) {
    const [first, end] = [add(whole.from), add(whole.to)];
    const minutes = [`minute >= ${first}::timestamptz`, `minute < ${end}::timestamptz`, ...where].join(' and ');
    sources.splice(0, 1, linesOf(from, first), linesOf(end, to));
    sources.push(`select ${partOf('minute')} as part, level, lines from service_log_counts where ${minutes}`);
  }
  const text = `select part, level, sum(lines)::float8 as lines from (${sources.join(' union all ')}) counted group by 1, 2`;
  return { statement: statement(`logs_count_${asked.shape}${whole ? '_kept' : ''}`, text), values: asked.values };
}

/** The whole minutes of a span that counts answer for; null where lines have to be looked at, or where there is none. */
function wholeMinutes({ words, trace, request }: LogFilter, span: LogSpan, grid: LogGrid): LogSpan | null {
  const isByLine = words.length > 0 || trace !== null || request !== null;
  const isWithinMinutes = grid.parts > 1 && (grid.stepMs % MINUTE_MS !== 0 || grid.startMs % MINUTE_MS !== 0);
  if (isByLine || isWithinMinutes) return null;
  const from = Math.ceil(span.from.getTime() / MINUTE_MS) * MINUTE_MS;
  const to = Math.floor(span.to.getTime() / MINUTE_MS) * MINUTE_MS;
  return from < to ? { from: new Date(from), to: new Date(to) } : null;
}

/**
 * Conditions, and the values that they name. Only what is asked for stands in the text, and what indexes are made by as it is: so a
 * plan that is made without the values finds them too. `shape` tells the texts apart.
 */
function narrowed({ services, level, words, trace, request }: LogFilter) {
  const values: unknown[] = [];
  const where: string[] = [];
  const shape: string[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const narrow = (name: string, condition: string) => {
    shape.push(name);
    where.push(condition);
  };
  const [service] = services;
  if (services.length > 1) narrow('services', `service = any (${add(services)}::text[])`);
  else if (service !== undefined) narrow('service', `service = ${add(service)}`);
  if (level && level !== 'debug') narrow(level, `level >= ${levelNumber(level)}`);
  if (trace !== null) narrow('trace', `trace_id = ${add(trace)} and trace_id <> ''`);
  if (request !== null) narrow('request', `request_id = ${add(request)} and request_id <> ''`);
  // A case, of which the planner makes no guess: it takes any pattern for rare, reads all days and sorts them, where the newest lines
  // would do. So lines are read from the newest on until there are enough.
  if (words.length > 0) {
    narrow('words', `case when message ilike all (${add(words.map(patternOf))}::text[]) then true else false end`);
  }
  return { values, where, add, shape: shape.join('_') || 'all' };
}

function patternOf(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
