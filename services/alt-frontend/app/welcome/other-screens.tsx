import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

/** Shown only when loading takes noticeably long, so that fast loads do not flicker. */
export function LoadingScreen() {
  const { t } = useTexts();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), 400);
    return () => clearTimeout(timer);
  }, []);
  return <main aria-busy="true">{isSlow && <Notice title={t('app.loading')} />}</main>;
}

export function FailedScreen({ error }: { error: unknown }) {
  const { t, problem } = useTexts();
  return (
    <div role="alert">
      <Notice isPage icon="warning" title={t('app.failed')} text={problem(error)}>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t('app.reload')}
        </Button>
      </Notice>
    </div>
  );
}

export function MissingScreen() {
  const { t } = useTexts();
  return (
    <main>
      <Notice isPage icon="search" title={t('app.notFound')}>
        <Link to="/" className={buttonClass('primary')}>
          {t('app.toReader')}
        </Link>
      </Notice>
    </main>
  );
}
