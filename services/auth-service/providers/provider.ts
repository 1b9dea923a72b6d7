import type { BodyOf, createPasskey, passkeyLogin, ResponseOf, SecondFactorMethod } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import type { Identity, NewAccountOutcome, SessionIdentity } from '../store.ts';

/**
 * Whoever keeps what proves who somebody is: auth-service itself (`embedded`), or Ory Kratos. In either case auth-service
 * keeps accounts, sessions, keys, tokens, tenants and the audit log, counts attempts (lockouts.ts) before it asks, and
 * makes one answer of every refusal; a provider judges, and stores what it judges by.
 *
 * The parts may be mixed: a provider that keeps passwords elsewhere may take the passkeys of another. What a provider
 * cannot do through this API it refuses with the problem `not-kept-here` and a sentence that says where it is done.
 */
export interface IdentityProvider {
  readonly name: 'embedded' | 'kratos';
  /** The page of the keeper's own that has what this API refuses as `not-kept-here`; null where there is nothing such. */
  readonly settingsPage: string | null;
  readonly passwords: PasswordKeeper;
  readonly secondFactors: SecondFactorKeeper;
  readonly passkeys: PasskeyKeeper;
  readonly addresses: AddressKeeper;
  /** The keeper's own sessions, to which ours are bound; null where it has none. */
  readonly sessions: OutsideSessions | null;
  /** What a reader has set up; within a transaction of theirs, with what it changed. */
  describe(reader: Pick<Reader, 'userId' | 'tenantId'>, tx?: Queryable): Promise<IdentityState>;
  /**
   * Makes an identity for somebody whom single sign-on brings, with a confirmed address and without a password, and their
   * account by `makeAccount`, which calls `link` in its transaction. Where that refuses, nothing is left.
   */
  admit(
    newcomer: { email: string; name: string },
    makeAccount: (kept: { link(tx: Queryable, accountId: string): Promise<void> }) => Promise<NewAccountOutcome>,
  ): Promise<NewAccountOutcome>;
  /** Forgets everything about a reader's identity. What hangs on the account's row goes with it. */
  removal(reader: Reader): Promise<Change>;
}

export interface IdentityState {
  hasPassword: boolean;
  passkeys: number;
  hasTotp: boolean;
  recoveryCodesLeft: number;
  emailVerifiedAt: Date | null;
}

/**
 * The writing half of a change, run in the transaction (as the reader) that also ends sessions and writes the audit line.
 * What takes long, such as hashing, is done before it is returned. A provider that writes elsewhere does so in here, as
 * the last thing, so that its refusal undoes the rest; it must bear being called for a transaction that then fails.
 */
export type Change<Result = void> = (tx: Queryable) => Promise<Result>;

/** Somebody who has just proved who they are. */
export interface Proven {
  identity: Identity;
  createdAt: Date;
  /** The keeper's own session that the proof opened, where it has such. */
  outside?: OutsideSession | null;
}

/** A session at the keeper, and what shows it there: a program's token, or a browser's cookies. */
export interface OutsideSession {
  id: string;
  credential: { kind: 'token' | 'cookie'; value: string };
}

export interface OutsideSessions {
  /** Whether the session that ours was opened with still stands; ours is ended where it does not. At most 4 s old. */
  isLive(session: SessionIdentity): Promise<boolean>;
  /** Whether an account still has an identity that may sign in: asked for keys, which are bound to no session. */
  isActive(userId: string): Promise<boolean>;
  /** Binds a session of ours, in the transaction that opens it. */
  bind(tx: Queryable, userId: string, sessionId: string, outside: OutsideSession): Promise<void>;
  /** The session that an unfinished sign-in (`PasswordVerdict.state`) was about. */
  inState(state: string): OutsideSession;
  /** Whose session a browser's cookies show; `second-factor` where one must follow there. */
  enter(cookie: string): Promise<Proven | 'none' | 'second-factor'>;
  /** Ends there what was ended here: now, and every half minute what could not be. */
  sweepSoon(): void;
  /** Throws where the keeper cannot be reached. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}

export interface PasswordKeeper {
  /**
   * Makes an identity for a newcomer, and their account by `makeAccount`, which is told what belongs in the account's own
   * transaction. Where `makeAccount` refuses, nothing is left of the identity. The password was judged before.
   */
  register(
    newcomer: { email: string; name: string; password: string },
    makeAccount: (kept: { passwordHash: string | null; identityId?: string }) => Promise<NewAccountOutcome>,
  ): Promise<NewAccountOutcome & { outside?: OutsideSession }>;
  /** Judges a sign-in. The work done does not tell whether there is such an account, or whether it has a password. */
  check(email: string, password: string): Promise<PasswordVerdict>;
  /** Whether this is the reader's password; false if they have none. */
  isOwn(reader: Reader, password: string): Promise<boolean>;
  /**
   * Gives an account a password, its first or a new one. The old one is worth nothing once the change is committed. A
   * keeper with sessions of its own ends them, but for the one that `keptSessionId`, a session of ours, is bound to.
   */
  change(userId: string, password: string, keptSessionId?: string | null): Promise<Change>;
}

export type PasswordVerdict =
  | {
      isRight: true;
      proven: Proven;
      /** What must follow before the account is open; nothing for an account without a second factor. */
      secondFactors: SecondFactorMethod[];
      /** What `secondFactors.check` wants to see again, kept sealed until then; an unfinished sign-in of Kratos, say. */
      state: string | null;
    }
  | { isRight: false; accountId: string | null; reason: string };

export interface SecondFactorKeeper {
  /** A new secret for an authenticator (RFC 6238). Nothing changes for sign-in until a code of it was confirmed. */
  beginTotp(reader: Reader): Promise<ResponseOf<typeof import('@alt/contracts').createTotp>>;
  /** What makes the authenticator count; null if the code is not one of its. That code is used up. */
  confirmTotp(reader: Reader, code: string): Promise<Change | null>;
  /** Takes the authenticator and the recovery codes away. False where there is none. */
  removeTotp(reader: Reader): Promise<Change<boolean>>;
  /** Ten new recovery codes; the old ones are worth nothing once the change is committed. */
  renewRecoveryCodes(reader: Reader): Promise<{ codes: string[]; change: Change }>;
  /**
   * Judges a code, and uses it up: a recovery code for ever, a time-based one with its step and every earlier one. Of two
   * checks of one code at once, one is right. Null if it is wrong or used. `methods` says which kinds count here.
   */
  check(
    account: { userId: string; tenantId: string; sessionId?: string | null },
    code: string,
    methods: readonly SecondFactorMethod[],
    state: string | null,
  ): Promise<SecondFactorMethod | null>;
}

export type PasskeyRow = { id: string; name: string; created_at: Date; last_used_at: Date | null };

export interface PasskeyKeeper {
  /** Options for making one: for this reader alone, answered once, within five minutes. */
  registrationOptions(reader: Reader): Promise<{ challenge: string }>;
  /** Judges what a browser made; throws `passkey-refused`. The change throws `conflict` where it is known already. */
  add(reader: Reader, wish: BodyOf<typeof createPasskey>): Promise<Change<PasskeyRow>>;
  list(reader: Reader): Promise<PasskeyRow[]>;
  /** The change answers null where the reader has no such passkey. */
  rename(reader: Reader, id: string, name: string): Promise<Change<PasskeyRow | null>>;
  remove(reader: Reader, id: string): Promise<Change<boolean>>;
  /** Options for signing in: the same for everybody, so that they tell nothing; answered once, within five minutes. */
  signInOptions(): Promise<{ challenge: string }>;
  /**
   * Judges an answer to `signInOptions`, and uses it up. The authenticator must have verified its user, so that it stands
   * for two factors. Its counter must have risen. Null if anything is wrong.
   */
  check(assertion: BodyOf<typeof passkeyLogin>['passkey']): Promise<Proven | null>;
}

/** The languages that mails are written in. */
export type MailLanguage = 'en' | 'ja' | 'ru';

export interface AddressKeeper {
  /** Mails a link that confirms the present address. */
  requestVerification(reader: Reader, language: MailLanguage): Promise<void>;
  /** Mails a link to another address; to one that an account has already, nothing, and it shows nowhere. */
  requestChange(reader: Reader, email: string, language: MailLanguage): Promise<void>;
  /** Mails a link for a new password where there is such an account; takes as long and says as much where there is none. */
  requestRecovery(email: string, language: MailLanguage): Promise<void>;
  /** What a link is good for, still unused; null if it is unknown, over, used, or replaced by a newer one. */
  find(token: string, purpose: 'address' | 'recovery'): Promise<FoundLink | null>;
}

export interface FoundLink {
  account: Identity;
  /** The address that the link was sent to. */
  email: string;
  /** Uses the link up; false where that was done meanwhile. For an address, also makes it the account's, confirmed. */
  use: Change<boolean>;
}
