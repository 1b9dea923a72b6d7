import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useAct } from '../data/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { projectPlace } from './project-place.ts';
import { useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

const queryKey = ['projects', 'mentions'];

/** Notes that mention one, until one has seen them. */
export function MentionList() {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const cache = useQueryClient();
  const act = useAct();
  const { data } = useQuery({ queryKey, queryFn: api.mentions, staleTime: 15_000 });
  if (!data || data.length === 0) return null;
  const see = (noteId: string) =>
    void act(() => api.seeMentions([noteId])).then(() => cache.invalidateQueries({ queryKey }));
  return (
    <ul className="pt-4">
      {data.map(({ noteId, project, body, by }) => (
        <li key={noteId} className="flex items-start gap-3 border-s-3 border-accent py-1 ps-4">
          <PlaceLink place={projectPlace(project.id, 'notes')} className="group min-w-0 flex-1">
            <span className="block text-[0.8125rem] text-soft">
              {t('mentioned', { name: by?.name ?? t('somebody') })} · {project.title}
            </span>
            <span lang={guessLanguage(body)} className="clamp-2 font-serif text-base/relaxed group-hover:underline">
              {body}
            </span>
          </PlaceLink>
          <Button className="px-3! text-sm! md:min-h-8!" onClick={() => see(noteId)}>
            {t('seen')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
