import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { singleSignOnQuery, useAccountApi, useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Line, Part } from './parts.tsx';
import { signOnTexts } from './sign-on-texts.ts';
import { useWayInRemoval } from './way-in-removal.ts';

/** Whether the single sign-on of the server opens the account: connect it, see as whom, and disconnect. */
export function SingleSignOnPart() {
  const api = useAccountApi();
  const t = useOwnTexts(signOnTexts);
  const { ago } = useTexts();
  const attempt = useAttempt(keys.account);
  const removeWayIn = useWayInRemoval();
  const name = useQuery(singleSignOnQuery(api)).data;
  const own = useQuery({ queryKey: [...keys.account, 'single-sign-on'], queryFn: api.ownSingleSignOn }).data;
  const [isAsking, setIsAsking] = useState(false);
  // Who was connected before the operator took the single sign-on away can still see and end it.
  if (!own || !(name || own.isLinked)) return null;
  const link = () => attempt(async () => window.location.assign((await api.linkSingleSignOn('/?panel=account')).url));
  const unlink = async () => {
    setIsAsking(false);
    await removeWayIn(api.unlinkSingleSignOn);
  };
  const facts = [
    own.linkedAt && t('linkedAt', { when: ago(own.linkedAt) }),
    own.lastUsedAt && t('usedAt', { when: ago(own.lastUsedAt) }),
  ];
  return (
    <Part title={t('title')} text={name ? t(own.isLinked ? 'linked' : 'unlinked', { name }) : t('gone')}>
      {own.isLinked ? (
        <ul>
          <Line title={own.email ?? ''} text={facts.filter(Boolean).join(' · ')}>
            <Button onClick={() => setIsAsking(true)}>{t('unlink')}</Button>
          </Line>
        </ul>
      ) : (
        <Button className="self-start" onClick={() => void link()}>
          {t('link', { name: name ?? '' })}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={t('unlinkTitle')}
          text={t('unlinkText')}
          action={t('unlink')}
          isDangerous
          onCancel={() => setIsAsking(false)}
          onConfirm={() => void unlink()}
        />
      )}
    </Part>
  );
}
