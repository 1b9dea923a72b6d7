import { hash } from '@node-rs/argon2';
import { GOOD_PASSWORD, type TestAuthService } from './testing.ts';

/** A hash says what a guess at it costs, and these are guessed at by the thousand: a thousandth of what accounts have. */
const CHEAP = { memoryCost: 64, timeCost: 1, parallelism: 1 };

/** Accounts person1, person2, … with one password, made past the API. */
export async function makePeople(auth: TestAuthService, count: number): Promise<string[]> {
  const passwordHash = await hash(GOOD_PASSWORD, CHEAP);
  await auth.rows.script(
    `select create_account('person' || n || '@example.org', 'Person', '${passwordHash}', 'operator', false, '', null, 'owner', '')
     from generate_series(1, ${count}) n`,
  );
  return Array.from({ length: count }, (_, index) => `person${index + 1}@example.org`);
}

export interface Attack {
  emails: readonly string[];
  attempts: number;
  /** The address of an attempt. */
  from(attempt: number): string;
}

/** Guesses at accounts in turn, eight at once; how often each status was the answer. */
export async function attack(auth: TestAuthService, { emails, attempts, from }: Attack): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let next = 0;
  const guess = async () => {
    for (let attempt = next++; attempt < attempts; attempt = next++) {
      const body = { email: emails[attempt % emails.length], password: `guess ${attempt}` };
      const { status } = await auth.request('POST', '/v1/auth/login', { body, from: from(attempt) });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, guess));
  return statuses;
}
