import { Problem } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import type { SettingsFlow, UiNode, UpdateSettingsFlowBody } from '@ory/client-fetch';
import { type KratosClient, refusalOf } from './client.ts';
import { notKeptHere } from './elsewhere.ts';
import type { KratosSessions } from './sessions.ts';

/** Settings at Kratos that are being changed, and the session that may. */
export interface SettingsInHand {
  flowId: string;
  xSessionToken: string;
}

/** The token of the reader's session at Kratos; a browser's session is bound to its page there. */
export async function settingsToken(
  sessions: KratosSessions,
  reader: Reader,
): Promise<{ xSessionToken: string; settingsFlowId: string | null }> {
  const bound = await sessions.boundTo(reader);
  if (bound?.credential.kind !== 'token') throw notKeptHere('The authenticator and its recovery codes');
  return { xSessionToken: bound.credential.value, settingsFlowId: bound.settingsFlowId };
}

/** Begins to change settings. Throws `proof-required` where Kratos wants to see a proof first. */
export async function openSettings({ people }: KratosClient, xSessionToken: string): Promise<SettingsFlow> {
  try {
    return await people.createNativeSettingsFlow({ xSessionToken });
  } catch (error) {
    throw (await refusalOf(error)).status === 403 ? refreshNeeded() : error;
  }
}

/** Sends one form of the settings; null where Kratos finds something wrong in it. */
export async function submitSettings(
  { people }: KratosClient,
  { flowId: flow, xSessionToken }: SettingsInHand,
  updateSettingsFlowBody: UpdateSettingsFlowBody,
): Promise<SettingsFlow | null> {
  try {
    return await people.updateSettingsFlow({ flow, updateSettingsFlowBody, xSessionToken });
  } catch (error) {
    const { status } = await refusalOf(error);
    if (status === 400) return null;
    throw status === 403 ? refreshNeeded() : error;
  }
}

/** The text of a node: what Kratos shows once. */
export function textOf(nodes: UiNode[], id: string): string | null {
  for (const { attributes } of nodes) {
    if (attributes.node_type === 'text' && attributes.id === id) return attributes.text.text;
  }
  return null;
}

function refreshNeeded(): Problem {
  return new Problem('proof-required', 'Confirm that it is you (POST /v1/auth/confirm), then send this again.');
}
