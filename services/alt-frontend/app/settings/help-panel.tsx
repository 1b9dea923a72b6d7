import type { MessageKey } from '../language/catalogue.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { Panel } from '../ui/dialog.tsx';

const lines: ReadonlyArray<readonly [keys: readonly string[], text: Extract<MessageKey, `help.${string}`>]> = [
  [['j'], 'help.next'],
  [['k'], 'help.previous'],
  [['o'], 'help.open'],
  [['Esc'], 'help.close'],
  [['m'], 'help.read'],
  [['s'], 'help.star'],
  [['l'], 'help.labels'],
  [['v'], 'help.original'],
  [['r'], 'help.refresh'],
  [['Shift A'], 'help.markAll'],
  [['/'], 'help.search'],
  [['a'], 'help.add'],
  [['g', 'a'], 'help.goAll'],
  [['g', 's'], 'help.goStarred'],
  [['?'], 'help.help'],
];

/** The keys of the reader. */
export function HelpPanel({ onClose }: PanelProps) {
  const { t } = useTexts();
  return (
    <Panel title={t('help.title')} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-2.5">
        {lines.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="text-end">
              {keys.map((key, index) => (
                <span key={key}>
                  {index > 0 && <span className="px-1.5 text-sm text-soft">{t('help.then')}</span>}
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
