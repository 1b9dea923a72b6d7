import { useTexts } from '../language/translate.ts';
import { Button } from './button.tsx';

/** What stands where something could not be loaded: why, and trying again. */
export function LoadFailed({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const { t, problem } = useTexts();
  return (
    <div role="alert" className="flex flex-col items-start gap-3 text-sm text-danger">
      <p>{problem(error)}</p>
      <Button onClick={onRetry}>{t('action.retry')}</Button>
    </div>
  );
}
