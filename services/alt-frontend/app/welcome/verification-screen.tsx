import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useAccountProblem } from '../account/account-problem.ts';
import { useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { buttonClass } from '../ui/button.tsx';
import { useFragment } from './fragment.ts';
import { WayIn } from './way-in.tsx';
import { wayInTexts } from './way-in-texts.ts';

/** Opened by the link of a mail: confirms that the address is the reader's. */
export function VerificationScreen() {
  const api = useAccountApi();
  const t = useOwnTexts(wayInTexts);
  const problem = useAccountProblem();
  const token = new URLSearchParams(useFragment()).get('token') ?? '';
  // Once: a link works once. A link without its secret is refused by the server like any other.
  const { data, error } = useQuery({
    queryKey: ['verification', token],
    queryFn: () => api.verifyEmail(token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <WayIn title={t('verifyTitle')}>
      <div role="status">
        {data && <p>{t('verified', { email: data.email })}</p>}
        {!data && !error && <p className="text-soft">{t('verifying')}</p>}
      </div>
      <div role="alert">{error && <p className="text-danger">{problem(error)}</p>}</div>
      <Link to="/" className={`${buttonClass('plain')} self-start`}>
        {t('onward')}
      </Link>
    </WayIn>
  );
}
