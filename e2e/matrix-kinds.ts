import type { Client } from './client.ts';

/**
 * Who may come, and who is let in by kind of endpoint. `reader, member, admin, owner` are of one team; `stranger` is the
 * owner of another one. `key` and `appPassword` are the owner's. `service` is a program on the way in with the token of one
 * of our services, which the edge drops.
 */
export const callers = [
  'anonymous',
  'service',
  'appPassword',
  'stranger',
  'reader',
  'member',
  'admin',
  'key',
  'owner',
] as const;
export type Caller = (typeof callers)[number];

export type Statuses = Record<Caller, number>;

/** What the owner has, for requests to name. */
export interface Fixture {
  owner: Client;
  /** A session of somebody's that may be spoilt. */
  enter(caller: Caller): Promise<Client>;
  /** An account that has just joined the team of the owner. */
  join(): Promise<string>;
  feedUrl: string;
  otherFeedUrl: string;
  subscription: string;
  folder: string;
  sharedFolder: string;
  entry: string;
  recap: string;
  savedSearch: string;
  passkey: string;
  /** A team in which nobody works. */
  otherTeam: string;
  teamNames: Partial<Record<Caller, string>>;
  tenantIds: Partial<Record<Caller, string>>;
  project: ProjectFixture;
}

/** A project of the owner's at which all of the team may look, and where `member` is an editor. */
export interface ProjectFixture {
  id: string;
  section: string;
  pin: string;
  /** The account of `member`. */
  editor: string;
  /** The project as a JSON export. */
  archive: string;
}

export interface MatrixRow {
  /** The endpoint's. */
  name: string;
  statuses: Statuses;
  /** What stands for the parameters of the path; asked anew for every caller. */
  params?: (fixture: Fixture, caller: Caller) => Record<string, string> | Promise<Record<string, string>>;
  query?: string;
  headers?: Record<string, string>;
  body?: (fixture: Fixture, caller: Caller) => unknown;
  /** Why fewer are let in than the endpoint's role says. */
  narrower?: string;
  /** The session of who asks is spoilt by it: they bring another one. */
  spoilsSession?: true;
}

/** At auth-service an app password is nobody: it opens the reader-client APIs alone. */
export const atAuth = (statuses: Statuses): Statuses => ({ ...statuses, appPassword: 401 });

// `status` is what those see whom the endpoint serves.

/** Anybody at all. */
export const anybody = (status: number): Statuses => ({
  anonymous: status,
  service: status,
  appPassword: status,
  stranger: status,
  reader: status,
  member: status,
  admin: status,
  key: status,
  owner: status,
});

/** Everybody who is signed in, each for themselves. */
export const everyone = (status: number): Statuses => ({
  ...anybody(status),
  anonymous: 401,
  service: 401,
  appPassword: 403,
});

/** From this role on. A stranger is the owner of their own tenant. */
export const members = (status: number): Statuses => ({ ...everyone(status), reader: 403 });
export const admins = (status: number): Statuses => ({ ...members(status), member: 403 });
export const owners = (status: number): Statuses => ({ ...admins(status), admin: 403 });

/** The owner of the instance, who is the team's owner where the matrix is asked. */
export const instanceOwner = (status: number): Statuses => ({ ...everyone(403), key: status, owner: status });
export const ofInstance = 'It is for the owner of this Alt.';

/** What is the team's: for a stranger it does not exist. */
export const inTeam = (statuses: Statuses): Statuses => ({ ...statuses, stranger: 404 });

/** What is the owner's alone, also among those of their tenant: for everybody else it does not exist. */
export const ownersOwn = (status: number): Statuses => ({ ...everyone(404), key: status, owner: status });
/** … and only members may even ask. */
export const ownersOwnForMembers = (status: number): Statuses => ({ ...ownersOwn(status), reader: 403 });

/** Browser sessions; a key has none. */
export const sessions = (status: number): Statuses => ({ ...everyone(status), key: 422 });

/** Browser sessions; no key may, whoever's it is. */
export const inBrowser = (statuses: Statuses): Statuses => ({ ...statuses, key: 403 });

/** Browser sessions that proved lately who they are; a key cannot. */
export const proved = (statuses: Statuses): Statuses => ({ ...statuses, key: 403 });

/** An id that nothing has. */
export const NOBODY = '018f0000-0000-7000-8000-000000009999';

/** A name that nothing has yet. */
export const newName = (): string => `Made ${crypto.randomUUID().slice(0, 8)}`;

/** Something of the owner's that may be spoilt. */
export const made = (path: string | ((fixture: Fixture) => string), body: (name: string) => unknown, pick = 'id') => {
  return async (fixture: Fixture): Promise<Record<string, string>> => {
    const at = typeof path === 'string' ? path : path(fixture);
    const answer = await fixture.owner.post(at, body(newName()));
    if (answer.status !== 201) throw new Error(`${at}: ${answer.status} ${answer.text}`);
    return { [pick]: answer.json[pick] };
  };
};
