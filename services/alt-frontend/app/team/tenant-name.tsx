import { useTenants } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Icon } from '../ui/icons.tsx';
import { teamTexts } from './team-texts.ts';

/** The name of the tenant and the way to another; who is alone on this Alt reads its name instead. */
export function TenantName({ place }: { place: Place }) {
  const { t } = useTexts();
  const own = useOwnTexts(teamTexts);
  const tenants = useTenants();
  const current = tenants.find(({ isCurrent }) => isCurrent);
  if (!current || (tenants.length === 1 && current.isPersonal)) return t('app.name');
  return (
    <PlaceLink
      place={{ ...place, panel: 'tenants' }}
      aria-label={own('switcher', { name: current.name })}
      title={own('switcher', { name: current.name })}
      className="flex min-h-11 min-w-0 items-center gap-1.5 rounded-lg hover:underline md:min-h-9"
    >
      <span className="truncate">{current.name}</span>
      <Icon name="chevron" className="size-4 rotate-90 text-soft" />
    </PlaceLink>
  );
}
