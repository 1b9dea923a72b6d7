import type { LogHistogram as Counts } from '@alt/contracts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { logTexts } from './log-texts.ts';

const HEIGHT = 40;
const GRADES = [
  { levels: ['debug', 'info'], className: 'fill-(--edge)' },
  { levels: ['warn'], className: 'fill-(--warning)' },
  { levels: ['error', 'fatal'], className: 'fill-(--danger)' },
] as const;

/** How many lines there were over the time, grave ones on top; said in words for those who cannot see it. */
export function LogHistogram({ histogram }: { histogram: Counts }) {
  const t = useOwnTexts(logTexts);
  const { language } = useTexts();
  const totals = histogram.items.map(({ counts }) => sum(Object.values(counts)));
  const all = sum(totals);
  const highest = Math.max(1, ...totals);
  const of = (...levels: ('warn' | 'error' | 'fatal')[]) =>
    sum(histogram.items.flatMap(({ counts }) => levels.map((level) => counts[level] ?? 0)));
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  const text = t('histogramText', {
    from: moment.format(new Date(histogram.from)),
    to: moment.format(new Date(histogram.to)),
    errors: of('error', 'fatal'),
    warnings: of('warn'),
  });
  return (
    <figure className="pb-4">
      <svg
        viewBox={`0 0 ${histogram.items.length * 10} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="h-16 w-full border-b border-line"
      >
        {histogram.items.map(({ at, counts }, index) => {
          let top = HEIGHT;
          return GRADES.map(({ levels, className }) => {
            const height = (sum(levels.map((level) => counts[level] ?? 0)) / highest) * HEIGHT;
            top -= height;
            return height > 0 ? (
              <rect
                key={`${at} ${levels[0]}`}
                x={index * 10 + 1}
                y={top}
                width={8}
                height={height}
                className={className}
              />
            ) : null;
          });
        })}
      </svg>
      <figcaption className="pt-1.5 text-sm text-soft">
        <span className="text-ink">{t('histogram', { count: all })}</span> {text}
      </figcaption>
    </figure>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
