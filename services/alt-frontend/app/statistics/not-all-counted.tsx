import { useOwnTexts } from '../language/own-texts.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** Says so where what happened of late is not in the answer yet. */
export function NotAllCounted({ isComplete }: { isComplete: boolean }) {
  const t = useOwnTexts(statisticsTexts);
  if (isComplete) return null;
  return (
    <p role="status" className="mt-4 text-sm text-soft">
      {t('incomplete')}
    </p>
  );
}
