import type { Settings } from '../api/api.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { SelectField } from '../ui/field.tsx';
import { readingTexts } from './reading-texts.ts';

const choices = [7, 30, 90, 180, 365, 1_095];

/** How long articles are kept, read and unread ones apart. */
export function RetentionSettings({
  retention,
  onChange,
}: {
  retention: Settings['retention'];
  onChange(retention: Settings['retention']): void;
}) {
  const own = useOwnTexts(readingTexts);
  return (
    <div>
      <div className="grid grid-cols-2 items-end gap-3">
        <KeepDays
          label={own('keepRead')}
          days={retention.readDays}
          onChange={(readDays) => onChange({ ...retention, readDays })}
        />
        <KeepDays
          label={own('keepUnread')}
          days={retention.unreadDays}
          onChange={(unreadDays) => onChange({ ...retention, unreadDays })}
        />
      </div>
      <p className="mt-1.5 text-sm text-soft">{own('keepText')}</p>
    </div>
  );
}

interface KeepDaysProps {
  label: string;
  /** Null is for ever. */
  days: number | null;
  onChange(days: number | null): void;
}

/** A number of days that a program set is offered beside the usual ones. */
function KeepDays({ label, days, onChange }: KeepDaysProps) {
  const own = useOwnTexts(readingTexts);
  const offered = days === null || choices.includes(days) ? choices : [...choices, days].sort((a, b) => a - b);
  return (
    <SelectField
      label={label}
      value={days ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
    >
      <option value="">{own('forEver')}</option>
      {offered.map((count) => (
        <option key={count} value={count}>
          {own('days', { count })}
        </option>
      ))}
    </SelectField>
  );
}
