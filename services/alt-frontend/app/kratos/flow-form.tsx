import { type SubmitEvent, useId, useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import type { KratosNode, Values } from './flows.ts';
import { kratosTexts } from './kratos-texts.ts';
import { kratosWords } from './messages.ts';
import { passkeyValues } from './passkey-nodes.ts';

interface FlowFormProps {
  /** Those of one form; hidden ones and scripts too. */
  nodes: readonly KratosNode[];
  isWorking: boolean;
  onSend(values: Values): void;
  onError(error: unknown): void;
}

/** The nodes of a form of Kratos as fields and buttons of ours. A button sends the fields of its group and of all. */
export function FlowForm({ nodes, isWorking, onSend, onError }: FlowFormProps) {
  const [missing, setMissing] = useState<readonly string[]>([]);
  const [removing, setRemoving] = useState<{ node: KratosNode; form: HTMLFormElement } | null>(null);
  const send = async (form: HTMLFormElement, pressed: KratosNode) => {
    const typed = new FormData(form);
    const own = nodes.filter(({ group, attributes: { type } }) => isOf(pressed, group) && !isButton(type));
    const lacks = needsNothing(pressed) ? [] : own.filter((node) => isEmpty(node, typed));
    setMissing(lacks.map(({ attributes }) => attributes.name ?? ''));
    if (lacks.length > 0) return;
    const values: Values = { method: pressed.group };
    for (const {
      attributes: { name = '', type, value },
    } of own) {
      const given = isVisible(type) ? String(typed.get(name) ?? '') : value;
      if (name !== 'csrf_token' && given !== undefined && given !== '') values[name] = given;
    }
    try {
      onSend({ ...values, ...(await valuesOf(pressed, nodes, values)) });
    } catch (error) {
      onError(error);
    }
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Without a button, by the Return key, it is the first one that sends a form.
    const name = event.nativeEvent.submitter?.dataset.node ?? '';
    const buttons = nodes.filter(({ attributes: { type } }) => type === 'submit');
    const pressed = buttons.find((node) => keyOf(node) === name) ?? buttons[0];
    if (!pressed) return;
    if (isRemoval(pressed)) setRemoving({ node: pressed, form: event.currentTarget });
    else void send(event.currentTarget, pressed);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {nodes.map((node) => (
        <NodeView
          key={keyOf(node)}
          node={node}
          isMissing={missing.includes(node.attributes.name ?? '')}
          isFirst={node === nodes.find(({ attributes: { type } }) => type === 'submit')}
          isWorking={isWorking}
          onPress={(form) => void send(form, node)}
        />
      ))}
      {removing && (
        <Removal
          node={removing.node}
          onCancel={() => setRemoving(null)}
          onConfirm={() => {
            setRemoving(null);
            void send(removing.form, removing.node);
          }}
        />
      )}
    </form>
  );
}

/** A code once more, and a passkey, which itself says whose it is. */
const needsNothing = ({ attributes: { name, onclickTrigger } }: KratosNode) =>
  name === 'email' || onclickTrigger === 'oryPasskeyLogin';
const isEmpty = ({ attributes: { name = '', type, required } }: KratosNode, typed: FormData) =>
  required === true && isVisible(type) && !typed.get(name);
const isRemoval = ({ attributes: { name = '' } }: KratosNode) => /_(?:remove|unlink|disable)$/.test(name);
const isButton = (type = '') => type === 'submit' || type === 'button';
const isVisible = (type = '') => type !== 'hidden';
const isOf = ({ group }: KratosNode, other: string) => other === 'default' || other === group;
const keyOf = ({ group, attributes: { name, id, type, value } }: KratosNode) =>
  [group, name ?? id, type, isButton(type) ? String(value ?? '') : ''].join(' ');

/** What a button adds: its own value, or what an authenticator answers. */
async function valuesOf(pressed: KratosNode, nodes: readonly KratosNode[], typed: Values): Promise<Values> {
  const { name = '', type, value, onclickTrigger } = pressed.attributes;
  if (type === 'button') return passkeyValues(onclickTrigger ?? '', nodes, typed);
  // In JSON Kratos wants a truth, not the word for it.
  return { [name]: value === 'true' ? true : value };
}

interface RemovalProps {
  node: KratosNode;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks once more before a way in goes. */
function Removal({ node, onConfirm, onCancel }: RemovalProps) {
  const t = useOwnTexts(kratosTexts);
  const { language } = useTexts();
  const title = node.meta.label ? kratosWords(node.meta.label, language) : '';
  return (
    <Confirm
      title={title}
      text={t('removeText')}
      action={t('remove')}
      isDangerous
      onConfirm={onConfirm}
      onCancel={onCancel}
    />
  );
}

interface NodeViewProps {
  node: KratosNode;
  isMissing: boolean;
  isFirst: boolean;
  isWorking: boolean;
  onPress(form: HTMLFormElement): void;
}

function NodeView({ node, isMissing, isFirst, isWorking, onPress }: NodeViewProps) {
  const t = useOwnTexts(kratosTexts);
  const { language } = useTexts();
  const { type, attributes, messages, meta } = node;
  const label = meta.label ? kratosWords(meta.label, language, attributes.name) : (attributes.name ?? '');
  if (type === 'img') return <img src={attributes.src} alt={label} className="size-48 rounded-lg bg-white" />;
  if (type === 'text' && attributes.text) return <TextNode node={node} label={label} />;
  // Scripts of elsewhere are not run, and the ways on are our own.
  if (type !== 'input' || !isVisible(attributes.type)) return null;
  if (isButton(attributes.type)) {
    if (attributes.type === 'button' && !('PublicKeyCredential' in window)) return null;
    return (
      <Button
        type={attributes.type === 'submit' ? 'submit' : 'button'}
        data-node={keyOf(node)}
        look={isRemoval(node) ? 'danger' : isFirst ? 'primary' : 'plain'}
        disabled={isWorking || attributes.disabled}
        onClick={({ currentTarget: { form } }) => attributes.type === 'button' && form && onPress(form)}
      >
        {label}
      </Button>
    );
  }
  const wrong = messages.map((message) => kratosWords(message, language, attributes.name)).join(' ');
  const isCode = /code$/.test(attributes.name ?? '');
  return (
    <Field
      label={label}
      error={isMissing ? t('missing') : wrong || undefined}
      name={attributes.name}
      type={isCode ? 'text' : attributes.type}
      inputMode={isCode && attributes.name !== 'lookup_secret' ? 'numeric' : undefined}
      autoComplete={attributes.autocomplete ?? (isCode ? 'one-time-code' : undefined)}
      defaultValue={typeof attributes.value === 'string' ? attributes.value : ''}
      maxLength={attributes.maxlength}
      spellCheck={false}
    />
  );
}

/** A text to be read or kept: a secret, recovery codes. */
function TextNode({ node, label }: { node: KratosNode; label: string }) {
  const id = useId();
  const { text } = node.attributes;
  const secrets = text?.context?.secrets;
  const codes = Array.isArray(secrets)
    ? secrets.map((one: { text?: string }) => one.text ?? '')
    : [String(text?.context?.secret ?? text?.text ?? '')];
  return (
    <div className="rounded-xl bg-chosen p-4">
      <p id={id} className="mb-2 text-sm">
        {label}
      </p>
      <ul aria-labelledby={id} className="grid grid-cols-1 gap-x-6 gap-y-1 font-mono text-sm min-[24rem]:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className={`select-all wrap-anywhere ${codes.length === 1 ? 'col-span-full' : ''}`}>
            {code}
          </li>
        ))}
      </ul>
    </div>
  );
}
