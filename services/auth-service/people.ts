import { listTenantPeople, type ResponseOf } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { type Route, route } from '@alt/service-kit';

type Person = ResponseOf<typeof listTenantPeople>['people'][number];

const callTenantPeople = statement<Person>('auth_tenant_people', 'select * from tenant_people($1, $2, $3)');

/** Who is in a tenant, for the service in which its people work together. */
export function peopleRoutes(database: Database): Route[] {
  return [
    route(
      listTenantPeople,
      async ({ params, query: { after, limit } }) => {
        const people = await database.all(callTenantPeople, [params.id, after ?? null, limit]);
        return { people, hasMore: people.length === limit };
      },
      { callers: ['arch-repo-service'] },
    ),
  ];
}
