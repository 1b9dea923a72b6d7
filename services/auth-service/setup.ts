import { randomInt } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import type { Config } from './config.ts';
import { hashPassword } from './passwords.ts';
import { createAccount, hasAccounts, keepSetupCode } from './store.ts';

/** What a visitor who is not signed in can do. */
export async function readSetup(database: Database, config: Config) {
  const needsFirstAccount = !(await hasAccounts(database));
  const canRegister = config.registration === 'open' || (config.registration === 'first' && needsFirstAccount);
  return { needsFirstAccount, needsCode: needsFirstAccount && canRegister && config.isCodeRequired, canRegister };
}

/**
 * The one-time code that the first account needs, or null if it needs none: there is an account, nobody may register,
 * or Alt listens on loopback only. Made once and kept in the database, so that every process and every start until then
 * names the same one; the first account deletes it. The start prints it.
 */
export async function readSetupCode(database: Database, config: Config): Promise<string | null> {
  const { needsCode } = await readSetup(database, config);
  return needsCode ? keepSetupCode(database, makeCode()) : null;
}

/** Makes the account of ALT_ADMIN_EMAIL where there is none at all. Does nothing on every later start. */
export async function createAdministrator(database: Database, config: Config): Promise<void> {
  const { administrator } = config;
  if (!administrator || (await hasAccounts(database))) return;
  const { outcome } = await createAccount(database, {
    email: administrator.email,
    name: nameFrom(administrator.email),
    passwordHash: await hashPassword(administrator.password),
    registration: 'first',
    isCodeRequired: false,
    code: '',
    tenantId: null,
    tenantRole: 'owner',
    address: '',
  });
  // Another process, or a visitor, was first: that is the account that this setting asks for.
  if (outcome !== 'created' && outcome !== 'registration-closed') {
    throw new Problem('internal', `The first account could not be made: ${outcome}.`);
  }
}

/** What an account is called until somebody says so: the part of its e-mail before the @. */
export function nameFrom(email: string): string {
  return email.slice(0, email.lastIndexOf('@')).slice(0, 100) || email.slice(0, 100);
}

/** Twelve letters and digits in groups of four, 60 bits: to be read off a terminal and typed once. */
function makeCode(): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  return groupCode(Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]).join(''));
}

/** A code as it is kept, from what somebody typed: small letters, spaces and missing dashes do not matter. */
export function groupCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}
