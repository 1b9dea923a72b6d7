import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { accountTexts } from '../account/account-texts.ts';
import { useConnection } from '../data/api-context.ts';
import { forgetReader } from '../data/cache.ts';
import { identityQuery } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { usePlace } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { teamTexts } from '../team/team-texts.ts';
import { Button } from '../ui/button.tsx';
import { useToasts } from '../ui/toasts.tsx';

/** Who is signed in, the way to their account, the way out. */
export function AccountSettings() {
  const { api, client } = useConnection();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const place = usePlace();
  const { t, problem } = useTexts();
  const own = useOwnTexts(accountTexts);
  const team = useOwnTexts(teamTexts);
  const { show } = useToasts();
  const identity = useQuery(identityQuery(api)).data;
  const signOut = async () => {
    try {
      await api.logout();
      client.keepCsrfToken(null);
      await navigate({ to: '/sign-in', replace: true });
      forgetReader(cache);
    } catch (error) {
      show({ text: problem(error), tone: 'error' });
    }
  };
  return (
    <>
      <div>
        <PlaceLink
          place={{ ...place, panel: 'account' }}
          isReplacing
          className="inline-flex min-h-11 items-center text-[0.9375rem] text-accent hover:underline md:min-h-8"
        >
          {own('open')}
        </PlaceLink>
        <p className="text-sm text-soft">{own('openText')}</p>
      </div>
      <div>
        <PlaceLink
          place={{ ...place, panel: 'tenants' }}
          isReplacing
          className="inline-flex min-h-11 items-center text-[0.9375rem] text-accent hover:underline md:min-h-8"
        >
          {team('teamsOpen')}
        </PlaceLink>
        <p className="text-sm text-soft">{team('teamsText')}</p>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3">
        {identity && (
          <p className="text-[0.9375rem] text-soft">{t('settings.signedInAs', { email: identity.email })}</p>
        )}
        <Button onClick={() => void signOut()}>{t('settings.signOut')}</Button>
      </div>
    </>
  );
}
