import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { moreTexts } from './more-texts.ts';
import { projectPlace } from './project-place.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import type { ProjectFinds } from './projects-api.ts';
import { projectKey, useProjectsApi } from './projects-data.ts';

/** Search in a project: its articles, notes and decisions. */
export function ProjectSearch({ project, onStories, text }: ProjectPartProps & { text: string }) {
  const t = useOwnTexts(moreTexts);
  const api = useProjectsApi();
  const going = useGoing();
  const { data, error, refetch } = useQuery({
    queryKey: projectKey(project.id, 'search', text),
    queryFn: () => api.search(project.id, text),
    enabled: text !== '',
    staleTime: 15_000,
  });
  const ids = data?.items.flatMap(({ articleId }) => articleId ?? []).join(' ') ?? '';
  useEffect(() => onStories(ids.split(' ')), [ids, onStories]);
  const search = (form: FormData) => going.to(projectPlace(project.id, 'search', String(form.get('q')).trim()), true);
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <Form role="search" onSubmit={search} className="flex items-end gap-2">
        <Field
          key={text}
          type="search"
          label={t('searchLabel')}
          name="q"
          defaultValue={text}
          required
          maxLength={500}
          autoComplete="off"
          className="flex-1"
        />
        <Button type="submit" look="primary">
          {t('search')}
        </Button>
      </Form>
      {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      <p role="status" className="text-sm text-soft not-empty:pt-4">
        {data && data.total > 0 && t('found', { count: data.total })}
      </p>
      {data?.items.length === 0 && <Notice icon="search" title={t('nothing')} />}
      <ol className="pt-2">
        {data?.items.map((hit) => (
          <Hit key={`${hit.kind} ${hit.id}`} hit={hit} projectId={project.id} text={text} />
        ))}
      </ol>
    </div>
  );
}

interface HitProps {
  hit: ProjectFinds['items'][number];
  projectId: string;
  text: string;
}

function Hit({ hit: { kind, id, articleId, title, snippet }, projectId, text }: HitProps) {
  const t = useOwnTexts(moreTexts);
  const words = snippet.map((part) => part.text).join('');
  const place: Place =
    kind === 'article'
      ? { ...projectPlace(projectId, 'search', text), entryId: articleId ?? id }
      : projectPlace(projectId, kind === 'note' ? 'notes' : 'decisions');
  return (
    <li className="border-b border-line">
      <PlaceLink place={place} className="group block py-3">
        <span className="text-[0.8125rem] text-soft">{t(`hit.${kind}`)}</span>
        {title && (
          <span lang={guessLanguage(title)} className="block font-serif text-lg/snug group-hover:underline">
            {title}
          </span>
        )}
        <span lang={guessLanguage(words)} className="clamp-3 text-[0.9375rem] text-soft">
          {snippet.map((part, index) =>
            part.isMarked ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text do not move
              <mark key={index} className="found">
                {part.text}
              </mark>
            ) : (
              part.text
            ),
          )}
        </span>
      </PlaceLink>
    </li>
  );
}
