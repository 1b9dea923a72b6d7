import { useState } from 'react';
import type { TranslateOf } from '../language/catalogue.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm, Panel } from '../ui/dialog.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { ConflictPanel, useGuardedChange } from './conflict.tsx';
import type { DecisionFields, Project, ProjectDecision } from './projects-api.ts';
import { rightsIn, useProjectAct, useProjectsApi } from './projects-data.ts';
import { ProseField } from './prose-field.tsx';
import { teamTexts } from './team-texts.ts';

interface DecisionPanelProps {
  project: Project;
  /** Null: a new one. */
  decision: ProjectDecision | null;
  all: readonly ProjectDecision[];
  onClose(): void;
}

const empty: DecisionFields = {
  title: '',
  context: '',
  decision: '',
  consequences: '',
  alternatives: [],
  status: 'proposed',
};

/** A decision as it is written: what, why, what follows, and what it was chosen over. */
export function DecisionPanel({ project, decision, all, onClose }: DecisionPanelProps) {
  const t = useOwnTexts(teamTexts);
  const { t: common } = useTexts();
  const [fields, setFields] = useState<DecisionFields>(decision ?? empty);
  const [supersededBy, setSupersededBy] = useState(decision?.supersededBy ?? '');
  const { save, remove, conflict, forget } = useDecisionActs(project.id, decision, onClose);
  const [isAsked, setIsAsked] = useState(false);
  const set = (change: Partial<DecisionFields>) => setFields((before) => ({ ...before, ...change }));
  const others = all.filter(({ id }) => id !== decision?.id);
  return (
    <Panel
      title={t(decision ? 'changeDecision' : 'newDecision')}
      onClose={onClose}
      footer={
        <>
          {decision && rightsIn(project).mayLead && (
            <Button look="danger" className="me-auto" onClick={() => setIsAsked(true)}>
              {t('remove')}
            </Button>
          )}
          <Button onClick={onClose}>{common('action.cancel')}</Button>
          <Button look="primary" type="submit" form="decision">
            {common('action.save')}
          </Button>
        </>
      }
    >
      <form
        id="decision"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save(fields, supersededBy);
        }}
      >
        <Field
          label={t('title')}
          value={fields.title}
          onChange={(event) => set({ title: event.target.value })}
          required
          maxLength={200}
          autoComplete="off"
          data-autofocus
        />
        {(['context', 'decision', 'consequences'] as const).map((name) => (
          <ProseField
            key={name}
            label={t(name)}
            value={fields[name]}
            maxLength={20_000}
            onChange={(event) => set({ [name]: event.target.value })}
          />
        ))}
        <Alternatives alternatives={fields.alternatives} onChange={(alternatives) => set({ alternatives })} />
        <StatusFields
          fields={fields}
          isNew={decision === null}
          others={others}
          supersededBy={supersededBy}
          onStatus={(status) => set({ status })}
          onSuperseded={setSupersededBy}
        />
      </form>
      {conflict && <ConflictPanel conflict={conflict} onClose={forget} />}
      {isAsked && (
        <Confirm
          title={t('removeDecision')}
          text={t('removeText')}
          action={t('remove')}
          isDangerous
          onCancel={() => setIsAsked(false)}
          onConfirm={remove}
        />
      )}
    </Panel>
  );
}

function useDecisionActs(projectId: string, decision: ProjectDecision | null, onClose: () => void) {
  const api = useProjectsApi();
  const t = useOwnTexts(teamTexts);
  const act = useProjectAct(projectId);
  const { conflict, run, forget } = useGuardedChange(projectId);
  // The list is loaded again meanwhile: what is saved is a change of the decision that one began with.
  const [start] = useState(decision);
  const close = (isDone: boolean) => isDone && onClose();
  const save = (fields: DecisionFields, supersededBy: string) => {
    const { title, context, decision: decided, consequences, status } = fields;
    const alternatives = fields.alternatives.filter((alternative) => alternative.title.trim() !== '');
    const body = { title, context, decision: decided, consequences, alternatives };
    if (!start) return void act(() => api.createDecision(projectId, { ...body, status })).then(close);
    const standing = supersededBy !== '' ? { supersededBy } : { status };
    void run<ProjectDecision>({
      thing: start,
      send: (present) => api.changeDecision(projectId, present, { ...body, ...standing }),
      read: () => api.decision(projectId, start.id),
      textOf: (present) => inWords(t, present),
      mine: inWords(t, supersededBy === '' ? fields : { ...fields, status: 'superseded' }),
      onDone: onClose,
    });
  };
  const remove = () => decision && void act(() => api.deleteDecision(projectId, decision)).then(close);
  return { save, remove: () => void remove(), conflict, forget };
}

/** A decision to be compared by eye: each field with its name, those without words left out. */
function inWords(t: TranslateOf<typeof teamTexts.en>, fields: DecisionFields): string {
  const { title, status, context, decision, consequences, alternatives } = fields;
  const named: Array<[name: string, text: string]> = [
    [t('status'), t(`status.${status}`)],
    [t('context'), context],
    [t('decision'), decision],
    [t('consequences'), consequences],
    ...alternatives.map((one): [string, string] => [
      t('alternative'),
      [one.title, one.reason].filter(Boolean).join(' – '),
    ]),
  ];
  const lines = named.filter(([, text]) => text !== '').map(([name, text]) => `${name}: ${text}`);
  return [title, ...lines].join('\n\n');
}

type Alternative = DecisionFields['alternatives'][number];

function Alternatives({
  alternatives,
  onChange,
}: {
  alternatives: Alternative[];
  onChange(next: Alternative[]): void;
}) {
  const t = useOwnTexts(teamTexts);
  const change = (index: number, part: Partial<Alternative>) =>
    onChange(alternatives.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1.5 text-sm font-medium">{t('alternatives')}</legend>
      {alternatives.map((alternative, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: without names of their own; they are only added and removed
        <div key={index} className="flex items-end gap-2">
          <Field
            className="flex-1"
            label={t('alternative')}
            value={alternative.title}
            maxLength={200}
            onChange={(event) => change(index, { title: event.target.value })}
          />
          <Field
            className="flex-1"
            label={t('reason')}
            value={alternative.reason}
            maxLength={5_000}
            onChange={(event) => change(index, { reason: event.target.value })}
          />
          <IconButton
            icon="close"
            label={t('removeAlternative', { title: alternative.title })}
            onClick={() => onChange(alternatives.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        className="self-start"
        disabled={alternatives.length >= 20}
        onClick={() => onChange([...alternatives, { title: '', reason: '' }])}
      >
        {t('addAlternative')}
      </Button>
    </fieldset>
  );
}

interface StatusFieldsProps {
  fields: DecisionFields;
  isNew: boolean;
  others: readonly ProjectDecision[];
  supersededBy: string;
  onStatus(status: DecisionFields['status']): void;
  onSuperseded(id: string): void;
}

function StatusFields({ fields, isNew, others, supersededBy, onStatus, onSuperseded }: StatusFieldsProps) {
  const t = useOwnTexts(teamTexts);
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <SelectField
        label={t('status')}
        value={fields.status}
        disabled={supersededBy !== ''}
        onChange={(event) => onStatus(event.target.value as DecisionFields['status'])}
      >
        {(['proposed', 'accepted', 'rejected'] as const).map((name) => (
          <option key={name} value={name}>
            {t(`status.${name}`)}
          </option>
        ))}
        {fields.status === 'superseded' && <option value="superseded">{t('status.superseded')}</option>}
      </SelectField>
      {!isNew && others.length > 0 && (
        <SelectField
          label={t('supersedes')}
          value={supersededBy}
          onChange={(event) => onSuperseded(event.target.value)}
        >
          <option value="">{t('notSuperseded')}</option>
          {others.map(({ id, number, title }) => (
            <option key={id} value={id}>{`${number}. ${title}`}</option>
          ))}
        </SelectField>
      )}
    </div>
  );
}
