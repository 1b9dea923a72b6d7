import { useTexts } from '../language/translate.ts';

/** Numbers as the reader’s language writes them. */
export function useMeasures() {
  const { language, number } = useTexts();
  const unit = (name: string, value: number, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  return {
    language,
    number,
    /** `3 hr 20 min`; below a minute in seconds. */
    duration(seconds: number): string {
      if (seconds < 60) return unit('second', seconds);
      const minutes = Math.round(seconds / 60);
      const hours = Math.floor(minutes / 60);
      if (hours === 0) return unit('minute', minutes);
      return minutes % 60 === 0 ? unit('hour', hours) : `${unit('hour', hours)} ${unit('minute', minutes % 60)}`;
    },
    milliseconds: (value: number | null) =>
      value === null ? '–' : value < 1_000 ? unit('millisecond', value) : unit('second', value / 1_000, 1),
    bytes(value: number): string {
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
      const power = Math.min(Math.floor(Math.log(Math.max(value, 1)) / Math.log(1_000)), names.length - 1);
      return unit(names[power] ?? 'byte', value / 1_000 ** power, power > 1 ? 1 : 0);
    },
    date: (date: string) =>
      new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(date)),
    /** Monday first. */
    weekday: (day: number, style: 'short' | 'long') =>
      new Intl.DateTimeFormat(language, { weekday: style, timeZone: 'UTC' }).format(
        new Date(Date.UTC(2024, 0, 1 + day)),
      ),
  };
}
