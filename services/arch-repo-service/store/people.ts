import { type Queryable, statement } from '@alt/database';

const callEnter = statement<{ id: number }>('people_enter', 'select enter_projects($1, $2) as id');

/** The number of the present reader, whose name is written down. */
export async function enterProjects(tx: Queryable, name: string, email: string): Promise<number> {
  const row = await tx.one(callEnter, [name, email]);
  if (!row) throw new Error('enter_projects gave no row');
  return row.id;
}

const callKnow = statement('people_know', 'select know_people($1::jsonb)');

/** Writes down people of the present tenant; `role` is theirs in it. */
export async function knowPeople(tx: Queryable, people: { id: string; name: string; email: string; role: string }[]) {
  await tx.run(callKnow, [JSON.stringify(people)]);
}

/** Columns `personId` and `personName` of whose number is in this column; both null where they are gone. */
export function personColumns(column: string): { columns: string; joins: string } {
  return {
    columns: `who_r.user_id as "personId", coalesce(nullif(who_p.name, ''), split_part(who_p.email, '@', 1), '') as "personName"`,
    joins: `left join readers who_r on who_r.id = ${column} left join people who_p on who_p.reader_id = ${column}`,
  };
}

export interface PersonColumns {
  personId: string | null;
  personName: string;
}

/** Who it is, from `personColumns`. */
export function presentPerson({ personId, personName }: PersonColumns): { id: string; name: string } | null {
  return personId === null ? null : { id: personId, name: personName };
}

export interface PersonRow {
  readerId: number;
  id: string;
  name: string;
  email: string;
}

const selectPeople = statement<PersonRow>(
  'people_list',
  `select p.reader_id as "readerId", r.user_id as id, coalesce(nullif(p.name, ''), split_part(p.email, '@', 1)) as name, p.email
   from people p join readers r on r.id = p.reader_id
   where p.tenant_id = current_tenant_id() and r.purge_after is null and p.reader_id > $1
   order by p.reader_id limit $2`,
);

export function listPeople(tx: Queryable, afterId: number, limit: number): Promise<PersonRow[]> {
  return tx.all(selectPeople, [afterId, limit]);
}

const selectPerson = statement<PersonRow>(
  'person_one',
  `select p.reader_id as "readerId", r.user_id as id, coalesce(nullif(p.name, ''), split_part(p.email, '@', 1)) as name, p.email
   from readers r join people p on p.reader_id = r.id
   where r.user_id = $1 and r.tenant_id = current_tenant_id() and r.purge_after is null`,
);

/** Somebody of the tenant; null for anybody else. */
export function findPerson(tx: Queryable, userId: string): Promise<PersonRow | null> {
  return tx.one(selectPerson, [userId]);
}
