-- What the role of tenant-service may do in the database `auth`, and nothing else. It shares the database with
-- auth-service, and sees no secrets.
revoke all on all tables in schema public from tenant_service;
revoke all on all functions in schema public from tenant_service;

grant execute on function reader_user_id(), reader_tenant_id() to tenant_service;

grant select (id, email, name) on accounts to tenant_service;
grant select, update (name, slug, settings, version, deletion_at, updated_at) on tenants to tenant_service;
grant select, update (role), delete on memberships to tenant_service;
grant select, insert, update (secret_hash, mailed_at, created_at, expires_at, invited_by, revoked_at)
  on invitations to tenant_service;
grant select, insert, update (role, checked_at, next_check_at, lost_at), delete on tenant_domains to tenant_service;
grant select, insert on audit_log to tenant_service;
grant select, insert, update (
    state, step, rows, size_bytes, remarks, error, digest, claimed_by, claimed_until, next_attempt_at, finished_at, expires_at
  ), delete on tenant_jobs to tenant_service;
grant select, insert, delete on tenant_job_pieces to tenant_service;
grant insert on tenant_archives to tenant_service;
grant select, insert on archived_audit_lines to tenant_service;

-- Acts that concern several tenants, or none yet.
grant execute on function
  invitation_state(invitations),
  own_tenants(uuid, integer),
  make_own_team(text, text, text, jsonb, integer, text),
  is_instance_owner(),
  every_tenant_for_instance_owner(uuid, uuid, integer),
  administer_tenant_as_instance_owner(uuid, boolean, text, text, jsonb, jsonb, text),
  apply_plans(jsonb),
  remove_due_tenant(),
  find_invitation(bytea),
  accept_invitation(bytea, text),
  confirm_domain(uuid),
  claim_domain_check(),
  joinable_tenants(),
  join_by_domain(text, text),
  claim_tenant_job(text, interval, integer),
  remove_expired_jobs(),
  make_imported_tenant(uuid, uuid, uuid, text, text, jsonb, timestamptz, boolean, text, jsonb, integer),
  restore_member(uuid, uuid, text, text, timestamptz),
  restore_domain(uuid, text, timestamptz),
  undo_import(uuid)
  to tenant_service;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to tenant_service;
