import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { Label } from '../api/api.ts';
import { useAttempt } from '../data/account.ts';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { labelsQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { labelTexts } from './label-texts.ts';
import type { PanelProps } from './panels.tsx';
import { useGoing, usePlace } from './place.ts';

const LabelSharing = lazy(async () => ({ default: (await import('../team/sharing.tsx')).LabelSharing }));

/** A label: its name, sharing it, and the way to be rid of it. */
export function LabelPanel({ id, onClose }: PanelProps & { id: string }) {
  const t = useOwnTexts(labelTexts);
  const { t: common } = useTexts();
  const labels = useQuery(labelsQuery(useApi())).data;
  const label = labels?.find((candidate) => candidate.id === id);
  const change = useLabelChanges(onClose);
  const [isDeleting, setIsDeleting] = useState(false);
  if (!label) {
    return (
      <Panel title={t('title')} onClose={onClose}>
        {labels && <p className="py-6 text-soft">{t('missing')}</p>}
      </Panel>
    );
  }
  return (
    <Panel
      title={t('title')}
      onClose={onClose}
      footer={
        <>
          <Button look="danger" className="me-auto" onClick={() => setIsDeleting(true)}>
            {common('action.delete')}
          </Button>
          <Button type="submit" form="label" look="primary">
            {common('action.save')}
          </Button>
        </>
      }
    >
      <Form id="label" onSubmit={(form) => void change.rename(label, String(form.get('name') ?? '').trim())}>
        <Field label={t('name')} name="name" defaultValue={label.name} maxLength={200} required autoComplete="off" />
      </Form>
      <div className="pt-5">
        <Suspense fallback={null}>
          <LabelSharing label={label} />
        </Suspense>
      </div>
      {isDeleting && (
        <Confirm
          title={t('deleteTitle', { name: label.name })}
          text={t(label.isShared ? 'deleteShared' : 'deleteText')}
          action={common('action.delete')}
          isDangerous
          onCancel={() => setIsDeleting(false)}
          onConfirm={() => {
            setIsDeleting(false);
            void change.remove(label);
          }}
        />
      )}
    </Panel>
  );
}

/** The list of a label goes where the label goes: to its new name, or to all articles. */
function useLabelChanges(onClose: () => void) {
  const api = useApi();
  const t = useOwnTexts(labelTexts);
  const { show } = useToasts();
  const place = usePlace();
  const going = useGoing();
  const attempt = useAttempt(keys.labels, keys.entries, keys.anyEntry);
  const isShown = ({ name }: Label) => place.source.kind === 'label' && place.source.name === name;
  return {
    async rename(label: Label, name: string) {
      if (name === label.name) onClose();
      else if (name !== '' && (await attempt(() => api.changeLabel(label.name, { name })))) {
        if (isShown(label)) going.to({ source: { kind: 'label', name }, isHome: false }, true);
        else onClose();
      }
    },
    async remove(label: Label) {
      if (!(await attempt(() => api.deleteLabel(label.name)))) return;
      show({ text: t('deleted', { name: label.name }) });
      if (isShown(label)) going.to({ source: { kind: 'all' }, isHome: false }, true);
      else onClose();
    },
  };
}
