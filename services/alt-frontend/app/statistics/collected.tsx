import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useChangeSettings } from '../data/changes.ts';
import { useAct } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useSettings } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { CheckField } from '../ui/field.tsx';
import { useMeasures } from './measures.ts';
import { type ReadingStatistics, useStatisticsApi } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** What is collected, how time saved is reckoned, the switch, and the way to have everything forgotten. */
export function Collected({ data }: { data: ReadingStatistics }) {
  const t = useOwnTexts(statisticsTexts);
  const { number } = useMeasures();
  const api = useStatisticsApi();
  const act = useAct();
  const cache = useQueryClient();
  const isWanted = useSettings()?.statistics ?? true;
  const changeSettings = useChangeSettings();
  const [isAsking, setAsking] = useState(false);
  const reload = () => cache.invalidateQueries({ queryKey: keys.statistics });
  const forget = async () => {
    setAsking(false);
    await act(api.forgetOwn);
    await reload();
  };
  const { alphabetic, cjk } = data.charactersPerMinute;
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('collected')}</h2>
      <p className="mt-1 text-sm text-soft">{t('collectedText', { days: number(data.keptDays) })}</p>
      <p className="mt-2 text-sm text-soft">
        {t('savedFormula', { alphabetic: number(alphabetic), cjk: number(cjk) })}
      </p>
      {data.offBecause && data.offBecause !== 'reader' && (
        <p role="status" className="mt-3 text-sm">
          {t(`off.${data.offBecause}`)}
        </p>
      )}
      <div className="mt-3">
        <CheckField
          label={t('switch')}
          checked={isWanted}
          onChange={(statistics) => void changeSettings({ statistics }).then(reload)}
        />
      </div>
      <Button className="mt-2" onClick={() => setAsking(true)}>
        {t('forget')}
      </Button>
      {isAsking && (
        <Confirm
          title={t('forgetTitle')}
          text={t('forgetText')}
          action={t('forget')}
          isDangerous
          onCancel={() => setAsking(false)}
          onConfirm={() => void forget()}
        />
      )}
    </section>
  );
}
