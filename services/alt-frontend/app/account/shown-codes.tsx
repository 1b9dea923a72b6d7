import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { accountTexts } from './account-texts.ts';
import { saveFile } from './save-file.ts';

/** New recovery codes, shown this once, with every way to keep them. */
export function ShownCodes({ codes, onKept }: { codes: string[]; onKept(): void }) {
  const t = useOwnTexts(accountTexts);
  const texts = useTexts();
  const [isCopied, setIsCopied] = useState(false);
  const text = `${codes.join('\n')}\n`;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <div role="status" className="printed rounded-xl bg-chosen p-4">
      <p className="mb-3 text-sm">{t('keepCodes')}</p>
      <ol className="mb-4 grid grid-cols-1 gap-x-6 gap-y-1 font-mono text-sm min-[24rem]:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-2 print:hidden">
        {'clipboard' in navigator && (
          <Button onClick={() => void copy()}>{texts.t(isCopied ? 'action.copied' : 'action.copy')}</Button>
        )}
        <Button onClick={() => saveFile('alt-recovery-codes.txt', 'text/plain', text)}>{t('download')}</Button>
        <Button onClick={() => window.print()}>{t('print')}</Button>
        <Button onClick={onKept}>{t('kept')}</Button>
      </div>
    </div>
  );
}
