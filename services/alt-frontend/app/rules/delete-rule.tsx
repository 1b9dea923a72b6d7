import { useState } from 'react';
import { useAttempt } from '../data/account.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { type Rule, rulesKey, useRulesApi } from './rules-api.ts';
import { rulesTexts } from './rules-texts.ts';

/** The way to be rid of a rule, after one more question. */
export function DeleteRule({ rule, onDeleted }: { rule: Rule; onDeleted(): void }) {
  const t = useOwnTexts(rulesTexts);
  const texts = useTexts();
  const api = useRulesApi();
  const attempt = useAttempt(rulesKey);
  const [isAsking, setIsAsking] = useState(false);
  const remove = async () => {
    setIsAsking(false);
    if (await attempt(() => api.remove(rule.id))) onDeleted();
  };
  return (
    <>
      <Button look="danger" className="me-auto" onClick={() => setIsAsking(true)}>
        {texts.t('action.delete')}
      </Button>
      {isAsking && (
        <Confirm
          title={t('deleteTitle', { name: rule.name })}
          text={t(rule.isShared ? 'deleteShared' : 'deleteText')}
          action={texts.t('action.delete')}
          isDangerous
          onConfirm={() => void remove()}
          onCancel={() => setIsAsking(false)}
        />
      )}
    </>
  );
}
