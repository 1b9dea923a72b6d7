import type { ReactNode } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useMeasures } from './measures.ts';
import { statisticsTexts } from './statistics-texts.ts';

interface PlotProps {
  title: string;
  /** What the picture shows, in a sentence. */
  sentence: string;
  head: readonly string[];
  rows: ReadonlyArray<readonly (string | number)[]>;
  children: ReactNode;
}

/** A picture for the eye, with a sentence that says it and a table that has its numbers. */
export function Plot({ title, sentence, head, rows, children }: PlotProps) {
  const t = useOwnTexts(statisticsTexts);
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{title}</h2>
      <p className="mt-1 mb-4 text-sm text-soft">{sentence}</p>
      <div aria-hidden="true">{children}</div>
      <details className="mt-3 text-sm">
        <summary className="inline-flex min-h-11 cursor-pointer items-center text-accent md:min-h-8">
          {t('table')}
        </summary>
        <Table caption={title} head={head} rows={rows} />
      </details>
    </section>
  );
}

interface TableProps {
  caption: string;
  head: readonly string[];
  rows: ReadonlyArray<readonly (string | number)[]>;
}

/** Numbers in columns; the first names its row. */
export function Table({ caption, head, rows }: TableProps) {
  const { number } = useMeasures();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be scrolled by keys as well
    <section aria-label={caption} tabIndex={0} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm tabular-nums">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-soft">
            {head.map((name, index) => (
              <th
                key={name}
                scope="col"
                className={`py-1.5 font-medium ${index === 0 ? 'text-start' : 'ps-4 text-end'}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name that is sure to be their own
            <tr key={line} className="border-b border-line">
              <th scope="row" className="max-w-64 truncate py-1.5 text-start font-normal">
                {name}
              </th>
              {cells.map((cell, index) => (
                <td key={head[index + 1]} className="py-1.5 ps-4 text-end whitespace-nowrap">
                  {typeof cell === 'number' ? number(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const HEIGHT = 120;
const WIDTH = 640;

/** Bars from left to right, one for each day. */
export function Bars({ values, labels }: { values: readonly number[]; labels: readonly [string, string] }) {
  const { number } = useMeasures();
  const most = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length, 1);
  const gap = step > 6 ? Math.min(3, step / 4) : 0;
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-32 w-full text-accent"
        role="presentation"
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line" />
        {values.map((value, index) => {
          const height = value === 0 ? 0 : Math.max((value / most) * (HEIGHT - 4), 2);
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
              key={index}
              x={index * step}
              y={HEIGHT - height}
              width={step - gap}
              height={height}
              fill="currentColor"
            />
          );
        })}
      </svg>
      <div className="flex justify-between pt-1 text-xs text-soft">
        <span>{labels[0]}</span>
        <span>↑ {number(most)}</span>
        <span>{labels[1]}</span>
      </div>
    </>
  );
}

/** The hours of a week: seven rows of 24, the darker the more. */
export function WeekMap({ week }: { week: ReadonlyArray<readonly number[]> }) {
  const { weekday } = useMeasures();
  const most = Math.max(...week.flat(), 1);
  return (
    <div className="grid grid-cols-[auto_1fr] items-center gap-x-2">
      {week.map((hours, day) => (
        <div key={weekday(day, 'long')} className="contents">
          <span className="text-xs text-soft">{weekday(day, 'short')}</span>
          <div className="grid grid-cols-24 gap-px py-px">
            {hours.map((value, hour) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
                key={hour}
                className="h-5 rounded-xs bg-hover"
                style={value > 0 ? { backgroundColor: shade(value / most) } : undefined}
              />
            ))}
          </div>
        </div>
      ))}
      <span />
      <div className="grid grid-cols-4 text-xs text-soft">
        {[0, 6, 12, 18].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
    </div>
  );
}

function shade(share: number): string {
  return `color-mix(in oklab, var(--accent) ${Math.round(18 + share * 82)}%, var(--hover))`;
}

/** What is most, as bars beside names. */
export function Ranks({ rows }: { rows: ReadonlyArray<{ name: string; value: number; text: string }> }) {
  const most = Math.max(...rows.map(({ value }) => value), 1);
  return (
    <ul className="flex flex-col gap-2">
      {rows.map(({ name, value, text }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two feeds may have one name
        <li key={place}>
          <div className="flex gap-3 text-sm">
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-soft tabular-nums">{text}</span>
          </div>
          <div className="mt-1 h-1.5 rounded-full bg-hover">
            <div className="h-full rounded-full bg-accent" style={{ width: `${(value / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}
