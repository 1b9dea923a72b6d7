import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTexts } from '../language/translate.ts';

/** A broken stream is mentioned only after this: a laptop that wakes up reconnects sooner. */
const patienceMs = 5_000;

/** Says when the page is not in step with the server. */
export function ConnectionNotice({ isConnected }: { isConnected: boolean }) {
  const { t } = useTexts();
  const isOnline = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);
  const [isLongBroken, setIsLongBroken] = useState(false);
  useEffect(() => {
    if (isConnected) return setIsLongBroken(false);
    const timer = setTimeout(() => setIsLongBroken(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isConnected]);
  const text = isOnline ? (isLongBroken ? t('app.disconnected') : null) : t('app.offline');
  return (
    <p role="status" className="flex-none bg-hover px-4 text-sm text-soft not-empty:py-2">
      {text}
    </p>
  );
}

function subscribeToNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
