import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { teamTexts } from './team-texts.ts';

/** A text to be taken elsewhere as it is. */
export function Copyable({ label, value }: { label?: string; value: string }) {
  const { t } = useTexts();
  const own = useOwnTexts(teamTexts);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setIsCopied(true);
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      {label && <span className="text-sm text-soft">{label}</span>}
      <code className="min-w-0 flex-1 text-sm wrap-anywhere select-all">{value}</code>
      {/* The clipboard is only there on https and localhost. */}
      {'clipboard' in navigator && (
        <Button {...(label && { 'aria-label': own('copyLabel', { what: label }) })} onClick={() => void copy()}>
          {t(isCopied ? 'action.copied' : 'action.copy')}
        </Button>
      )}
    </div>
  );
}
