import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import { useFolders } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Button } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { FolderSelect } from './folder-select.tsx';

const FolderSharing = lazy(async () => ({ default: (await import('../team/sharing.tsx')).FolderSharing }));

interface FolderPanelProps extends PanelProps {
  /** The folder to change; null makes a new one. */
  id: string | null;
  onGone(): void;
}

/** Makes, renames, moves and removes folders. */
export function FolderPanel({ id, onClose, onGone }: FolderPanelProps) {
  const { t, problem } = useTexts();
  const folder = useFolders().find((candidate) => candidate.id === id);
  const [parentId, setParentId] = useState(folder?.parentId ?? '');
  const [error, setError] = useState<unknown>(null);
  const [isDeleting, setIsDeleting] = useState(false);
  const change = useFolderChanges();
  const title = t(id === null ? 'folder.newTitle' : 'folder.editTitle');
  if (id !== null && !folder) {
    return (
      <Panel title={title} onClose={onClose}>
        <p className="py-6 text-soft">{t('folder.missing')}</p>
      </Panel>
    );
  }
  const save = async (form: FormData) => {
    const name = String(form.get('name') ?? '').trim();
    if (name === '') return;
    await change.save(id, { name, parentId: parentId || null }).then(onClose, setError);
  };
  return (
    <Panel
      title={title}
      onClose={onClose}
      footer={
        <>
          {folder && (
            <Button look="danger" className="me-auto" onClick={() => setIsDeleting(true)}>
              {t('action.delete')}
            </Button>
          )}
          <Button type="submit" form="folder" look="primary">
            {t(folder ? 'action.save' : 'folder.create')}
          </Button>
        </>
      }
    >
      <Form id="folder" onSubmit={(form) => void save(form)} className="flex flex-col gap-5">
        <Field
          label={t('folder.name')}
          data-autofocus
          name="name"
          defaultValue={folder?.name ?? ''}
          maxLength={200}
          required
          error={error ? problem(error) : undefined}
        />
        <FolderSelect
          label={t('folder.parent')}
          none={t('folder.top')}
          value={parentId}
          onChange={setParentId}
          {...(id !== null && { without: id })}
        />
      </Form>
      {folder && (
        <div className="pt-5">
          <Suspense fallback={null}>
            <FolderSharing folder={folder} />
          </Suspense>
        </div>
      )}
      {isDeleting && folder && (
        <Confirm
          title={t('folder.deleteTitle', { name: folder.name })}
          text={t('folder.deleteText')}
          action={t('action.delete')}
          isDangerous
          onCancel={() => setIsDeleting(false)}
          onConfirm={() => void change.remove(folder.id, folder.name).then(onGone, setError)}
        />
      )}
    </Panel>
  );
}

function useFolderChanges() {
  const api = useApi();
  const cache = useQueryClient();
  const { t } = useTexts();
  const { show } = useToasts();
  const reload = () =>
    Promise.all(
      [keys.folders, keys.subscriptions, keys.counters].map((queryKey) => cache.invalidateQueries({ queryKey })),
    );
  return {
    async save(id: string | null, folder: { name: string; parentId: string | null }) {
      await (id === null ? api.createFolder(folder) : api.updateFolder(id, folder));
      await reload();
    },
    async remove(id: string, name: string) {
      await api.deleteFolder(id);
      await reload();
      show({ text: t('folder.deleted', { name }) });
    },
  };
}
