import { useQuery } from '@tanstack/react-query';
import type { MouseEvent } from 'react';
import { singleSignOnQuery, useAccountApi } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { wayInTexts } from './way-in-texts.ts';

interface SingleSignOnProps {
  /** Where to go on afterwards, a path of this page. */
  next?: string | undefined;
  /** The secret of an invitation, which a new account may need. */
  invitation?: string;
}

/** The way to the OpenID provider, where the server has one. It takes the one-time code of the form that it stands in along. */
export function SingleSignOn({ next, invitation }: SingleSignOnProps) {
  const t = useOwnTexts(wayInTexts);
  const name = useQuery(singleSignOnQuery(useAccountApi())).data;
  if (!name) return null;
  const leave = ({ currentTarget: { form } }: MouseEvent<HTMLButtonElement>) => {
    const code = form ? String(new FormData(form).get('code') ?? '').trim() : '';
    const query = new URLSearchParams({
      ...(next && { return: next }),
      ...(invitation && { invitation }),
      ...(code && { code }),
    });
    window.location.assign(`/v1/auth/oidc/start?${query}`);
  };
  return <Button onClick={leave}>{t('singleSignOn', { name })}</Button>;
}
