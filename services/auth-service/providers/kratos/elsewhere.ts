import { Problem } from '@alt/contracts';
import type { PasskeyKeeper } from '../provider.ts';

/** Where Kratos' own pages begin, at Alt's own address. */
export const SETTINGS_PAGE = '/self-service/settings/browser';
const SIGN_IN_PAGE = '/self-service/login/browser';

export function notKeptHere(what: string, page = SETTINGS_PAGE): Problem {
  return new Problem('not-kept-here', `${what} are kept by Kratos here. Open ${page} in the browser.`, {
    extra: { page },
  });
}

/** Passkeys are bound to Kratos' pages: it has no flow for them that a program could follow. */
export const elsewherePasskeys: PasskeyKeeper = {
  registrationOptions: async () => {
    throw notKeptHere('Passkeys');
  },
  add: async () => {
    throw notKeptHere('Passkeys');
  },
  list: async () => [],
  rename: async () => {
    throw notKeptHere('Passkeys');
  },
  remove: async () => {
    throw notKeptHere('Passkeys');
  },
  signInOptions: async () => {
    throw notKeptHere('Passkeys', SIGN_IN_PAGE);
  },
  check: async () => {
    throw notKeptHere('Passkeys', SIGN_IN_PAGE);
  },
};
