import { useState } from 'react';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { accountTexts } from './account-texts.ts';
import { Part } from './parts.tsx';
import { ShownCodes } from './shown-codes.tsx';

/** How many recovery codes are left, and new ones in their place. */
export function RecoveryCodes({ left }: { left: number }) {
  const api = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const attempt = useAttempt(keys.account);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const renew = async () => {
    setIsAsking(false);
    await attempt(async () => setCodes((await api.renewRecoveryCodes()).recoveryCodes));
  };
  return (
    <Part title={t('codes')} text={t('codesText')}>
      <p className={`text-[0.9375rem] ${left < 3 ? 'text-warning' : ''}`}>{t('codesLeft', { count: left })}</p>
      {codes ? (
        <ShownCodes codes={codes} onKept={() => setCodes(null)} />
      ) : (
        <Button className="self-start" onClick={() => setIsAsking(true)}>
          {t('newCodes')}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={t('newCodes')}
          text={t('newCodesText')}
          action={t('newCodes')}
          onCancel={() => setIsAsking(false)}
          onConfirm={() => void renew()}
        />
      )}
    </Part>
  );
}
