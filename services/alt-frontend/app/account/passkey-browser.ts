import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';
import type { PasskeyAssertion, PasskeyOptions, PasskeyRegistration } from '../api/account.ts';

/** The browser's passkeys (WebAuthn Level 3); loaded where one is asked for. Rejects as `navigator.credentials` does. */

export const canUsePasskeys = (): boolean => browserSupportsWebAuthn();
export const canOfferPasskeys = (): Promise<boolean> => browserSupportsWebAuthnAutofill();

/** Ends what waits for a passkey to be chosen from the list below a field. */
export const stopOffering = (): void => WebAuthnAbortService.cancelCeremony();

/** Asks for a passkey; with `isOffered` it is only one of the proposals below the field of the e-mail. */
export async function askForPasskey(options: PasskeyOptions, isOffered = false): Promise<PasskeyAssertion> {
  const answer = await startAuthentication({
    optionsJSON: options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'],
    useBrowserAutofill: isOffered,
  });
  return answer as PasskeyAssertion;
}

export async function makePasskey(options: PasskeyOptions): Promise<PasskeyRegistration> {
  const answer = await startRegistration({
    optionsJSON: options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'],
  });
  return answer as PasskeyRegistration;
}
