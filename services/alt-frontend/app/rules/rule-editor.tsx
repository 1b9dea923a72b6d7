import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { Mistake, mistakeOf } from '../search/query-mistake.tsx';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { DeleteRule } from './delete-rule.tsx';
import { ActionFields } from './rule-actions.tsx';
import { RulePreview } from './rule-preview.tsx';
import { type Rule, type RuleActions, rulesKey, useRulesApi } from './rules-api.ts';
import { rulesTexts } from './rules-texts.ts';
import { useSharing } from './sharing.ts';

interface RuleEditorProps {
  /** Null for a new one. */
  rule: Rule | null;
  /** What a new one begins with. */
  query: string;
  place: Place;
  onClose(): void;
}

/** A rule: what it looks for, what it does, whom it serves, and what it would have found. */
export function RuleEditor({ rule, query: initial, place, onClose }: RuleEditorProps) {
  const t = useOwnTexts(rulesTexts);
  const texts = useTexts();
  const { mayShare, isAdmin } = useSharing();
  const [query, setQuery] = useState(rule?.query ?? initial);
  const [actions, setActions] = useState(actionsOf(rule));
  const [isShared, setIsShared] = useState(rule?.isShared ?? false);
  const [isEnabled, setIsEnabled] = useState(rule?.isEnabled ?? true);
  const { save, failure } = useSave(rule, place, { query, actions, isShared, isEnabled });
  const mayChange = !rule?.isShared || isAdmin || (rule.isMine && mayShare);
  return (
    <Panel
      title={t(rule ? 'editTitle' : 'newTitle')}
      onClose={onClose}
      footer={
        mayChange && (
          <>
            {rule && <DeleteRule rule={rule} onDeleted={onClose} />}
            <Button type="submit" form="rule" look="primary">
              {texts.t('action.save')}
            </Button>
          </>
        )
      }
    >
      <Form id="rule" onSubmit={(form) => void save(String(form.get('name') ?? '').trim())}>
        <fieldset disabled={!mayChange} className="flex min-w-0 flex-col gap-5">
          {!mayChange && <p className="text-sm text-soft">{t('notYours')}</p>}
          <Field label={t('name')} name="name" defaultValue={rule?.name} maxLength={200} autoComplete="off" />
          <Field
            label={t('query')}
            name="query"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            hint={t('queryHint')}
            required
            maxLength={500}
            autoComplete="off"
            spellCheck={false}
            {...(rule ? {} : { 'data-autofocus': true })}
          />
          <ActionFields
            actions={actions}
            onChange={setActions}
            isShared={isShared}
            hasLost={rule?.hasLostLabel ?? false}
          />
          {mayShare && !rule?.isShared && (
            <CheckField label={t('forAll')} hint={t('forAllHint')} checked={isShared} onChange={setIsShared} />
          )}
          {rule?.isShared && <CheckField label={t('enabled')} checked={isEnabled} onChange={setIsEnabled} />}
          <div role="alert" className="text-sm text-danger empty:hidden">
            {failure !== null && <Failure error={failure} query={query} />}
          </div>
        </fieldset>
      </Form>
      <RulePreview rule={rule} query={query} />
    </Panel>
  );
}

function Failure({ error, query }: { error: unknown; query: string }) {
  const { problem } = useTexts();
  const t = useOwnTexts(rulesTexts);
  const mistake = mistakeOf(error);
  if (error === 'nothing-to-do') return t('nothingToDo');
  return mistake ? <Mistake text={query} mistake={mistake} /> : problem(error);
}

function actionsOf(rule: Rule | null): RuleActions {
  if (!rule) return { markRead: false, star: false, hide: false, labelIds: [] };
  const { labels, ...rest } = rule.actions;
  return { ...rest, labelIds: labels.map(({ id }) => id) };
}

interface Draft {
  query: string;
  actions: RuleActions;
  isShared: boolean;
  isEnabled: boolean;
}

/** Saves the rule, which then has an address of its own; what was typed stays where it cannot be saved. */
function useSave(rule: Rule | null, place: Place, { query, actions, isShared, isEnabled }: Draft) {
  const t = useOwnTexts(rulesTexts);
  const api = useRulesApi();
  const cache = useQueryClient();
  const going = useGoing();
  const { show } = useToasts();
  const [failure, setFailure] = useState<unknown>(null);
  const save = async (typedName: string) => {
    const name = typedName || query.trim().slice(0, 200);
    const isDoing = actions.markRead || actions.star || actions.hide || actions.labelIds.length > 0;
    if (!isDoing) return setFailure('nothing-to-do');
    setFailure(null);
    const shares = isShared && !rule?.isShared ? { isShared } : {};
    try {
      const draft = { name, query: query.trim(), actions, isEnabled, ...(shares as { isShared?: true }) };
      const saved = await (rule ? api.change(rule.id, draft) : api.create(draft));
      show({ text: t('saved') });
      await Promise.all([
        cache.invalidateQueries({ queryKey: rulesKey }),
        cache.invalidateQueries({ queryKey: keys.labels }),
      ]);
      if (!rule) going.to({ ...place, panel: `rules:${saved.id}` }, true);
    } catch (error) {
      setFailure(error);
    }
  };
  return { save, failure };
}
