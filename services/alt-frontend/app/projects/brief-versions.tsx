import { useQuery } from '@tanstack/react-query';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { SelectField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { briefTexts } from './brief-texts.ts';
import { projectPlace } from './project-place.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import type { BriefComparison, BriefVersion } from './projects-api.ts';
import { projectKey, useProjectsApi } from './projects-data.ts';

type PartChange = BriefComparison['parts'][number];

/** The versions of a brief, and what changed between two of them; `pair` are their numbers, such as `2-5`. */
export function BriefVersions({ project, pair }: ProjectPartProps & { pair: string }) {
  const t = useOwnTexts(briefTexts);
  const api = useProjectsApi();
  const { data, error, refetch } = useQuery({
    queryKey: projectKey(project.id, 'versions'),
    queryFn: () => api.briefs(project.id),
    staleTime: 15_000,
  });
  if (error)
    return (
      <div className="p-5">
        <LoadFailed error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (!data) return null;
  const [from, to] = chosenPair(pair, data);
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <PlaceLink
        place={projectPlace(project.id, 'brief')}
        className="inline-flex min-h-11 items-center text-sm text-accent hover:underline md:min-h-8"
      >
        {t('back')}
      </PlaceLink>
      <h2 className="pt-2 pb-4 font-serif text-xl">{t('changes')}</h2>
      {from !== undefined && to !== undefined ? (
        <>
          <PairChoice projectId={project.id} versions={data} from={from} to={to} />
          <Changes projectId={project.id} from={from} to={to} />
        </>
      ) : (
        <p className="text-soft">{t('oneVersion')}</p>
      )}
    </div>
  );
}

/** The versions that the address names; without a name, the newest and the one before. */
export function chosenPair(pair: string, versions: readonly BriefVersion[]): [number | undefined, number | undefined] {
  const numbers = new Set(versions.map(({ number }) => number));
  const [from, to] = pair.split('-').map(Number);
  if (from !== undefined && to !== undefined && numbers.has(from) && numbers.has(to)) return [from, to];
  return [versions[1]?.number, versions[0]?.number];
}

const comparedPlace = (projectId: string, from: number, to: number): Place => ({
  source: { kind: 'projects', path: `${projectId}/versions/${from}-${to}` },
  isHome: false,
});

interface PairChoiceProps {
  projectId: string;
  versions: readonly BriefVersion[];
  from: number;
  to: number;
}

function PairChoice({ projectId, versions, from, to }: PairChoiceProps) {
  const t = useOwnTexts(briefTexts);
  const { dateTime } = useTexts();
  const going = useGoing();
  const options = versions.map(({ number, createdAt, createdBy }) => (
    <option key={number} value={number}>
      {[t('version', { number }), dateTime(createdAt), createdBy && t('by', { name: createdBy.name })]
        .filter(Boolean)
        .join(' · ')}
    </option>
  ));
  return (
    <div className="grid gap-3 pb-6 @xl:grid-cols-2">
      <SelectField
        label={t('older')}
        value={from}
        onChange={(event) => going.to(comparedPlace(projectId, Number(event.target.value), to), true)}
      >
        {options}
      </SelectField>
      <SelectField
        label={t('newer')}
        value={to}
        onChange={(event) => going.to(comparedPlace(projectId, from, Number(event.target.value)), true)}
      >
        {options}
      </SelectField>
    </div>
  );
}

function Changes({ projectId, from, to }: { projectId: string; from: number; to: number }) {
  const t = useOwnTexts(briefTexts);
  const api = useProjectsApi();
  const { data, error, refetch } = useQuery({
    queryKey: projectKey(projectId, 'diff', from, to),
    queryFn: () => api.compareBriefs(projectId, from, to),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      {data.parts.every(({ change }) => change === 'kept') && <p className="pb-4 text-soft">{t('same')}</p>}
      {data.parts.map((part) => (
        <PartText key={part.sectionId ?? 'overview'} part={part} />
      ))}
    </>
  );
}

function PartText({ part: { sectionId, title, change, sentences } }: { part: PartChange }) {
  const t = useOwnTexts(briefTexts);
  const language = guessLanguage(sentences.map(({ text }) => text).join(' '));
  const name = sectionId === null ? t('overview') : title;
  const text = (
    <p lang={language} className="font-serif text-lg/relaxed">
      {sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sentences of a comparison do not move
        <SentenceText key={index} sentence={sentence} />
      ))}
    </p>
  );
  if (change === 'kept') {
    return (
      <details className="pb-6">
        <summary className="cursor-pointer text-base font-semibold">
          {name} <span className="ps-2 text-sm font-normal text-soft">{t('part.kept')}</span>
        </summary>
        {text}
      </details>
    );
  }
  return (
    <section aria-label={name} className="pb-6">
      <h3 className="pb-1 text-base font-semibold">
        {name}
        {(change === 'added' || change === 'removed') && (
          <span className="ps-2 text-sm font-normal text-soft">{t(`part.${change}`)}</span>
        )}
      </h3>
      {text}
    </section>
  );
}

function SentenceText({ sentence: { change, text } }: { sentence: PartChange['sentences'][number] }) {
  const t = useOwnTexts(briefTexts);
  if (change === 'kept') return <span className="text-soft">{text} </span>;
  if (change === 'recited') {
    return (
      <span className="text-soft">
        {text} <span className="font-sans text-xs text-accent">({t('recited')})</span>{' '}
      </span>
    );
  }
  const Mark = change === 'added' ? 'ins' : 'del';
  const look = change === 'added' ? 'bg-chosen text-ink no-underline' : 'text-soft line-through decoration-1';
  return (
    <>
      <Mark className={`rounded box-decoration-clone px-0.5 ${look}`}>
        <span className="sr-only">{t(change)} </span>
        {text}
      </Mark>{' '}
    </>
  );
}
