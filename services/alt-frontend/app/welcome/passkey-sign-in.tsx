import { useEffect, useRef, useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import type { Session } from '../api/api.ts';
import { useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { wayInTexts } from './way-in-texts.ts';

const passkeys = () => import('../account/passkey-browser.ts');

/** The button for a passkey, where the browser knows them; where it can, it proposes them below the e-mail as well. */
export function PasskeySignIn({ onEntered }: { onEntered(session: Session): Promise<void> }) {
  const api = useAccountApi();
  const t = useOwnTexts(wayInTexts);
  const problem = useAccountProblem();
  const [error, setError] = useState<unknown>(null);
  const entered = useRef(onEntered);
  entered.current = onEntered;

  useEffect(() => {
    if (!('PublicKeyCredential' in window)) return;
    let isGone = false;
    const offer = async () => {
      const { askForPasskey, canOfferPasskeys } = await passkeys();
      if (!(await canOfferPasskeys()) || isGone) return;
      const options = await api.passkeyOptions();
      if (isGone) return;
      await entered.current(await api.passkeyLogin(await askForPasskey(options, true)));
    };
    // Nobody asked for it: where it does not work, the button says why.
    offer().catch(() => {});
    return () => {
      isGone = true;
      void passkeys().then(({ stopOffering }) => stopOffering());
    };
  }, [api]);

  // Only pages of https and of this machine itself have them.
  if (!('PublicKeyCredential' in window)) return null;
  const signIn = async () => {
    setError(null);
    try {
      const { askForPasskey } = await passkeys();
      await onEntered(await api.passkeyLogin(await askForPasskey(await api.passkeyOptions())));
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <>
      <Button onClick={() => void signIn()}>{t('passkey')}</Button>
      <div role="alert">{error !== null && <p className="text-sm text-danger">{problem(error)}</p>}</div>
    </>
  );
}
