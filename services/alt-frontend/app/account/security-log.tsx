import { lazy, Suspense, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { logTexts } from '../team/log-texts.ts';
import { Button } from '../ui/button.tsx';
import { Part } from './parts.tsx';

const AuditLog = lazy(async () => ({ default: (await import('../team/audit-log.tsx')).AuditLog }));

/** What was done with the account; loaded when it is asked for. */
export function SecurityLog() {
  const t = useOwnTexts(logTexts);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Part title={t('mine')} text={t('mineText')}>
      {isOpen ? (
        <Suspense fallback={null}>
          <AuditLog of="me" />
        </Suspense>
      ) : (
        <Button className="self-start" onClick={() => setIsOpen(true)}>
          {t('open')}
        </Button>
      )}
    </Part>
  );
}
