import type { Settings } from '../api/api.ts';
import { useTexts } from '../language/translate.ts';
import { SelectField } from '../ui/field.tsx';

const choices = [7, 30, 90, 180, 365, 1_095];

/** How long articles are kept, read and unread ones apart. */
export function RetentionSettings({
  retention,
  onChange,
}: {
  retention: Settings['retention'];
  onChange(retention: Settings['retention']): void;
}) {
  const { t } = useTexts();
  return (
    <div>
      <div className="grid grid-cols-2 items-end gap-3">
        <KeepDays
          label={t('settings.keepRead')}
          days={retention.readDays}
          onChange={(readDays) => onChange({ ...retention, readDays })}
        />
        <KeepDays
          label={t('settings.keepUnread')}
          days={retention.unreadDays}
          onChange={(unreadDays) => onChange({ ...retention, unreadDays })}
        />
      </div>
      <p className="mt-1.5 text-sm text-soft">{t('settings.keepText')}</p>
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
  const { t } = useTexts();
  const offered = days === null || choices.includes(days) ? choices : [...choices, days].sort((a, b) => a - b);
  return (
    <SelectField
      label={label}
      value={days ?? ''}
      onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
    >
      <option value="">{t('settings.forEver')}</option>
      {offered.map((count) => (
        <option key={count} value={count}>
          {t('settings.days', { count })}
        </option>
      ))}
    </SelectField>
  );
}
