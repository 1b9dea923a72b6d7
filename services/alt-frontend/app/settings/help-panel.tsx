import { useOwnTexts } from '../language/own-texts.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Panel } from '../ui/dialog.tsx';
import { helpTexts } from './help-texts.ts';

const lines: ReadonlyArray<readonly [keys: readonly string[], text: keyof typeof helpTexts.en]> = [
  [['j'], 'next'],
  [['k'], 'previous'],
  [['o'], 'open'],
  [['Esc'], 'close'],
  [['m'], 'read'],
  [['s'], 'star'],
  [['l'], 'labels'],
  [['h'], 'highlight'],
  [['n'], 'note'],
  [['v'], 'original'],
  [['r'], 'refresh'],
  [['Shift A'], 'markAll'],
  [['/'], 'search'],
  [['a'], 'add'],
  [['g', 'a'], 'goAll'],
  [['g', 's'], 'goStarred'],
  [['?'], 'help'],
];

/** The keys of the reader. */
export function HelpPanel({ onClose }: PanelProps) {
  const t = useOwnTexts(helpTexts);
  return (
    <Panel title={t('title')} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-2.5">
        {lines.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="text-end">
              {keys.map((key, index) => (
                <span key={key}>
                  {index > 0 && <span className="px-1.5 text-sm text-soft">{t('after')}</span>}
                  <kbd className="rounded-md border border-line bg-hover px-2 py-0.5 font-sans text-sm">{key}</kbd>
                </span>
              ))}
            </dt>
            <dd className="text-[0.9375rem]">{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
