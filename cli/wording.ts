/** Columns side by side, as wide as their widest cell. */
export function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `3 feeds`, `1 feed`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

/** A length of time in its one or two largest units: `45 s`, `15 min`, `4 h 30 min`, `3 d`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return [`${hours} h`, minutes % 60 ? `${minutes % 60} min` : ''].filter(Boolean).join(' ');
  const days = Math.floor(hours / 24);
  return [`${days} d`, days < 7 && hours % 24 ? `${hours % 24} h` : ''].filter(Boolean).join(' ');
}

/** A time to the minute, and how far away it is: `2026-03-01 12:00 UTC, 5 min ago`. */
export function moment(time: Date | null, now: Date): string {
  if (time === null) return 'never';
  const seconds = (time.getTime() - now.getTime()) / 1_000;
  const distance =
    Math.abs(seconds) < 1 ? 'now' : seconds < 0 ? `${duration(-seconds)} ago` : `in ${duration(seconds)}`;
  return `${stamp(time)}, ${distance}`;
}

/** A time to the minute. */
export function stamp(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Bytes in the unit that fits. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
