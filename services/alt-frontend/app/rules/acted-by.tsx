import type { FullEntry } from '../api/api.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { rulesTexts } from './rules-texts.ts';

/** Which rules acted on an article. */
export function ActedBy({ rules, place }: { rules: NonNullable<FullEntry['rules']>; place: Place }) {
  const t = useOwnTexts(rulesTexts);
  return (
    <p className="mt-1 text-sm text-soft">
      {t('actedBy')}{' '}
      {rules.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <PlaceLink
            place={{ ...place, panel: `rules:${id}` }}
            className="inline-flex min-h-11 items-center underline hover:text-ink md:min-h-0"
          >
            {name}
          </PlaceLink>
        </span>
      ))}
    </p>
  );
}
