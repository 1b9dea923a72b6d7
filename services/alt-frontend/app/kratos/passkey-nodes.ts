import type { PasskeyOptions } from '../api/account.ts';
import type { KratosNode, Values } from './flows.ts';

/**
 * Does what a button of Kratos asks of the authenticator, by our own code: Kratos names a function of a script of its own,
 * which is never loaded. Answers the values to send. Rejects as `navigator.credentials` does.
 */
export async function passkeyValues(trigger: string, nodes: readonly KratosNode[], typed: Values): Promise<Values> {
  const { askForPasskey, makePasskey } = await import('../account/passkey-browser.ts');
  if (trigger === 'oryPasskeyLogin') {
    const { publicKey } = parsedValue(nodes, 'passkey_challenge') as { publicKey: PasskeyOptions };
    return { passkey_login: JSON.stringify(await askForPasskey(publicKey)), passkey_challenge: undefined };
  }
  if (trigger === 'oryPasskeySettingsRegistration') {
    const { publicKey } = parsedValue(nodes, 'passkey_create_data') as { publicKey: PasskeyOptions };
    return { passkey_settings_register: JSON.stringify(await makePasskey(publicKey)), passkey_create_data: undefined };
  }
  if (trigger === 'oryPasskeyRegistration') {
    const data = parsedValue(nodes, 'passkey_create_data') as NewAccount;
    const { publicKey } = data.credentialOptions;
    const name = String(typed[data.displayNameFieldName] ?? '');
    const user = { ...publicKey.user, ...(name && { name, displayName: name }) };
    const made = await makePasskey({ ...publicKey, user });
    return { passkey_register: JSON.stringify(made), passkey_create_data: undefined };
  }
  throw new Error(`Kratos asks for "${trigger}", which this page does not know`);
}

interface NewAccount {
  credentialOptions: { publicKey: PasskeyOptions & { user: Record<string, unknown> } };
  displayNameFieldName: string;
}

function parsedValue(nodes: readonly KratosNode[], name: string): unknown {
  const value = nodes.find(({ attributes }) => attributes.name === name)?.attributes.value;
  return JSON.parse(String(value ?? 'null'));
}
