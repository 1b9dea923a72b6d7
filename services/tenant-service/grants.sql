-- What the role of tenant-service may do in the database `auth`: the current tenant, its members and invitations.
revoke all on all tables in schema public from tenant_service;
revoke all on all functions in schema public from tenant_service;

grant execute on function reader_user_id(), reader_tenant_id() to tenant_service;

grant select (id, email, name) on accounts to tenant_service;
grant select, update (name, slug, limits, updated_at) on tenants to tenant_service;
grant select, insert, update (role), delete on memberships to tenant_service;
grant select, insert, update (accepted_at, revoked_at) on invitations to tenant_service;
grant select, insert on audit_log to tenant_service;
