import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { moreTexts } from './more-texts.ts';
import type { Project, Publication } from './projects-api.ts';
import { projectKey, rightsIn, useProjectAct, useProjectsApi } from './projects-data.ts';

/** Whether a project is published and where; opening, and ending it. */
export function Publishing({ project }: { project: Project }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  // The secret of a private address is told once: it stays here until the page is left.
  const [opened, setOpened] = useState<Publication | null>(null);
  const present = useQuery({
    queryKey: projectKey(project.id, 'publication'),
    queryFn: () => api.publication(project.id),
  }).data;
  const publication = present ? (opened ?? present) : present;
  const open = (kind: Publication['kind']) => void act(async () => setOpened(await api.publish(project.id, kind)));
  const close = () => void act(() => api.unpublish(project.id)).then((isDone) => isDone && setOpened(null));
  if (publication === undefined) return null;
  return (
    <div className="flex flex-col gap-3">
      {publication && (
        <>
          <p className="text-[0.9375rem]">{t(publication.kind === 'private' ? 'isPrivate' : 'isPublic')}</p>
          {publication.pageUrl && <Address label={t('page')} url={publication.pageUrl} />}
          {publication.feedUrl && <Address label={t('feed')} url={publication.feedUrl} />}
        </>
      )}
      <div className="flex flex-wrap gap-2">
        {rightsIn(project).isOpen && (
          <>
            <Button onClick={() => open('private')}>{t('publishPrivate')}</Button>
            <Button onClick={() => open('public')}>{t('publishPublic')}</Button>
          </>
        )}
        {publication && (
          <Button look="danger" onClick={close}>
            {t('endPublication')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Address({ label, url }: { label: string; url: string }) {
  const { t } = useTexts();
  const { show } = useToasts();
  const copy = async () => {
    await navigator.clipboard.writeText(url);
    show({ text: t('action.copied') });
  };
  return (
    <Field
      label={label}
      value={url}
      readOnly
      end={<IconButton icon="check" label={`${t('action.copy')}: ${label}`} onClick={() => void copy()} />}
    />
  );
}
