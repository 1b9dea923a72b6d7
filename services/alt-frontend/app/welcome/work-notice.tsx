import { useEffect, useState } from 'react';
import type { Work } from '../api/challenge.ts';
import { useConnection } from '../data/api-context.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { wayInTexts } from './way-in-texts.ts';

/** Says why it takes a moment where the device has a proof of work to do, how far it is, and lets the visitor give up. */
export function WorkNotice() {
  const { client } = useConnection();
  const t = useOwnTexts(wayInTexts);
  const texts = useTexts();
  const [work, setWork] = useState<Work | null>(null);
  useEffect(() => {
    client.onWork(setWork);
    return () => client.onWork(null);
  }, [client]);
  return (
    <div role="status">
      {work && (
        <div className="flex flex-col items-start gap-3 rounded-xl bg-chosen p-4">
          <p className="text-sm">{t('work')}</p>
          <progress className="progress" value={work.likely} max={1} aria-label={t('workLabel')} />
          <Button onClick={work.cancel}>{texts.t('action.cancel')}</Button>
        </div>
      )}
    </div>
  );
}
