import { useOwnTexts } from '../language/own-texts.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Icon } from '../ui/icons.tsx';
import { projectTexts } from './project-texts.ts';
import { useMe } from './projects-data.ts';

/** The way from an article into a project, for those who may have projects. */
export function PinLink({ place, id }: { place: Place; id: string }) {
  const t = useOwnTexts(projectTexts);
  const { mayMake } = useMe();
  if (!mayMake) return null;
  return (
    <PlaceLink
      place={{ ...place, panel: `pin:${id}` }}
      aria-label={t('pin')}
      title={t('pin')}
      className="inline-flex min-h-11 items-center rounded-lg px-2 text-soft hover:bg-hover hover:text-ink md:min-h-8"
    >
      <Icon name="folder" className="size-4" />
    </PlaceLink>
  );
}
