import { useQuery } from '@tanstack/react-query';
import { useApi } from '../data/api-context.ts';
import { useChangeLabels } from '../data/changes.ts';
import { entryQuery, useLabels } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import type { PanelProps } from './panels.tsx';
import { SharedMark } from './sidebar-lines.tsx';

/** The labels of an article: a new one by its name, the present ones to be ticked. */
export function LabelsPanel({ id, onClose }: PanelProps & { id: string }) {
  const { t, problem, language } = useTexts();
  const entry = useQuery(entryQuery(useApi(), id));
  const changeLabels = useChangeLabels();
  const known = useLabels();
  const labels = entry.data?.labels ?? [];
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const names = [...new Set([...known.map(({ name }) => name), ...labels])].sort(collator.compare);
  const set = (next: string[]) => entry.data && void changeLabels(entry.data, next);
  const add = (data: FormData, form: HTMLFormElement) => {
    const name = tidy(String(data.get('label') ?? ''));
    if (name && !labels.includes(name)) set([...labels, name]);
    form.reset();
  };
  return (
    <Panel title={t('article.labels')} onClose={onClose}>
      {entry.error && <p className="pb-4 text-danger">{problem(entry.error)}</p>}
      <Form onSubmit={add} className="flex items-end gap-2 pb-4">
        <Field
          className="flex-1"
          label={t('label.name')}
          name="label"
          list="known-labels"
          maxLength={200}
          autoComplete="off"
          data-autofocus
        />
        <datalist id="known-labels">
          {names.map((name) => !labels.includes(name) && <option key={name} value={name} />)}
        </datalist>
        <Button type="submit" disabled={!entry.data}>
          {t('label.add')}
        </Button>
      </Form>
      {names.length === 0 && <p className="text-sm text-soft">{t('label.none')}</p>}
      {entry.data &&
        names.map((name) => (
          <CheckField
            key={name}
            label={
              known.some((label) => label.name === name && label.isShared) ? (
                <span className="inline-flex items-center gap-2">
                  {name} <SharedMark />
                </span>
              ) : (
                name
              )
            }
            checked={labels.includes(name)}
            onChange={(isOn) => set(isOn ? [...labels, name] : labels.filter((other) => other !== name))}
          />
        ))}
    </Panel>
  );
}

/** A name as the server keeps it. */
function tidy(name: string): string {
  return name.normalize('NFC').replace(/\s+/gu, ' ').trim();
}
