import { useLabels } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { CheckField } from '../ui/field.tsx';
import type { RuleActions } from './rules-api.ts';
import { rulesTexts } from './rules-texts.ts';

interface ActionFieldsProps {
  actions: RuleActions;
  onChange(actions: RuleActions): void;
  isShared: boolean;
  hasLost: boolean;
}

/** What a rule does. What is hidden is in no list, so hiding goes with nothing else. */
export function ActionFields({ actions, onChange, isShared, hasLost }: ActionFieldsProps) {
  const t = useOwnTexts(rulesTexts);
  const hide = (isHidden: boolean) =>
    onChange(isHidden ? { markRead: false, star: false, hide: true, labelIds: [] } : { ...actions, hide: false });
  const change = (part: Partial<RuleActions>) => onChange({ ...actions, ...part, hide: false });
  return (
    <fieldset>
      <legend className="mb-0.5 text-sm font-medium">{t('actions')}</legend>
      <CheckField label={t('markRead')} checked={actions.markRead} onChange={(markRead) => change({ markRead })} />
      <CheckField label={t('star')} checked={actions.star} onChange={(star) => change({ star })} />
      <CheckField label={t('hide')} hint={t('hideHint')} checked={actions.hide} onChange={hide} />
      <LabelFields
        chosen={actions.labelIds}
        onChange={(labelIds) => change({ labelIds })}
        isShared={isShared}
        hasLost={hasLost}
      />
    </fieldset>
  );
}

interface LabelFieldsProps {
  chosen: string[];
  onChange(ids: string[]): void;
  isShared: boolean;
  hasLost: boolean;
}

/** A rule of one's own puts labels of one's own, a shared one shared labels. */
function LabelFields({ chosen, onChange, isShared, hasLost }: LabelFieldsProps) {
  const t = useOwnTexts(rulesTexts);
  const labels = useLabels().filter((label) => label.isShared === isShared);
  return (
    <fieldset className="mt-2">
      <legend className="mb-1.5 text-sm">{t('labels')}</legend>
      {hasLost && <p className="mb-1.5 text-sm text-danger">{t('lostLabel')}</p>}
      {labels.length === 0 && <p className="text-sm text-soft">{t(isShared ? 'noSharedLabels' : 'noLabels')}</p>}
      <div className="flex flex-wrap gap-2">
        {labels.map(({ id, name }) => (
          <label
            key={id}
            className="flex min-h-11 cursor-pointer items-center gap-2 rounded-full border border-edge px-3 text-sm has-checked:border-accent has-checked:bg-pressed has-focus-visible:outline-2 has-focus-visible:outline-accent md:min-h-8"
          >
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, id] : chosen.filter((other) => other !== id))
              }
              className="size-4 accent-accent"
            />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
