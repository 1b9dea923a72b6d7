import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RecapDelivery } from '../api/enrichment.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { tagsTexts } from './tags-texts.ts';

/** How recaps reach the reader outside the page: a private feed and mail. */
export function RecapSettings() {
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const queryKey = [...keys.recaps, 'delivery'];
  const { data: delivery, error, refetch } = useQuery({ queryKey, queryFn: api.delivery });
  const [url, setUrl] = useState<string | null>(null);
  if (!delivery) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  const run = async (work: () => Promise<unknown>) => {
    await act(work);
    await cache.invalidateQueries({ queryKey });
  };
  return (
    <>
      <Mail mail={delivery.mail} onChange={(mail) => void run(() => api.changeDelivery(mail))} />
      <PrivateFeed
        isEnabled={delivery.feed.isEnabled}
        url={url}
        onCreate={() => void run(async () => setUrl((await api.createRecapFeed()).url))}
        onEnd={() =>
          void run(async () => {
            await api.deleteRecapFeed();
            setUrl(null);
          })
        }
      />
    </>
  );
}

interface MailProps {
  mail: RecapDelivery['mail'];
  onChange(change: { daily?: boolean; weekly?: boolean }): void;
}

function Mail({ mail, onChange }: MailProps) {
  const t = useOwnTexts(tagsTexts);
  if (!mail.isPossible) return <p className="text-sm text-soft">{t('mailImpossible')}</p>;
  return (
    <div>
      <CheckField label={t('dailyMail')} checked={mail.daily} onChange={(daily) => onChange({ daily })} />
      <CheckField label={t('weeklyMail')} checked={mail.weekly} onChange={(weekly) => onChange({ weekly })} />
      {mail.address && <p className="text-sm text-soft">{t('mailTo', { address: mail.address })}</p>}
      {(mail.daily || mail.weekly) && <Confirmation mail={mail} />}
      {mail.errorCode && (
        <p className="text-sm text-danger">
          {t('mailError', { error: t(`mailTrouble.${mail.errorCode}`) })}{' '}
          {mail.error && <span lang="en">({mail.error})</span>}
        </p>
      )}
    </div>
  );
}

/** Nothing comes before whoever reads the address has said that they want it. */
function Confirmation({ mail: { confirmation, confirmationSentAt } }: Pick<MailProps, 'mail'>) {
  const t = useOwnTexts(tagsTexts);
  const { dateTime } = useTexts();
  if (confirmation === 'confirmed') return null;
  return (
    <div role="status" className="text-sm text-soft">
      <p>{confirmationSentAt ? t('mailUnconfirmed', { time: dateTime(confirmationSentAt) }) : t('mailAsked')}</p>
      {confirmationSentAt && <p>{t('mailAgain')}</p>}
    </div>
  );
}

interface PrivateFeedProps {
  isEnabled: boolean;
  /** The address that was just made. */
  url: string | null;
  onCreate(): void;
  onEnd(): void;
}

function PrivateFeed({ isEnabled, url, onCreate, onEnd }: PrivateFeedProps) {
  const t = useOwnTexts(tagsTexts);
  return (
    <div>
      <h4 className="text-sm font-medium">{t('feed')}</h4>
      <p className="pb-2 text-sm text-soft">{t('feedText')}</p>
      {url && (
        <Field
          label={t('feedCopy')}
          value={url}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
          className="pb-3"
        />
      )}
      <div className="flex flex-wrap gap-2">
        <Button onClick={onCreate}>{t(isEnabled ? 'feedAgain' : 'feedNew')}</Button>
        {isEnabled && (
          <Button look="danger" onClick={onEnd}>
            {t('feedEnd')}
          </Button>
        )}
      </div>
    </div>
  );
}
