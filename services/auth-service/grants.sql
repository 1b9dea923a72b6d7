-- What the role of auth-service may do in the database `auth`, and nothing else. Row-level security narrows it further
-- to the reader that a transaction names.
revoke all on all tables in schema public from auth_service;
revoke all on all functions in schema public from auth_service;

grant execute on function reader_user_id(), reader_tenant_id() to auth_service;

grant select, update (name, email, email_verified_at, default_tenant_id, updated_at) on accounts to auth_service;
grant select, insert, update (password_hash, changed_at) on credentials to auth_service;
grant select, insert, update (last_step, confirmed_at), delete on totp_secrets to auth_service;
grant select, insert, update (used_at), delete on recovery_codes to auth_service;
grant select, insert, update (name, counter, last_used_at), delete on passkeys to auth_service;
grant select, insert, delete on mail_tokens to auth_service;
grant select, insert, update (attempts, claimed_until, next_attempt_at, error), delete on mails to auth_service;
grant select on tenants, memberships, outbox to auth_service;
grant select, insert,
  update (secret_hash, previous_secret_hash, previous_until, expires_at, revoked_at, tenant_id, proved_at)
  on sessions to auth_service;
grant select, insert, update (revoked_at) on access_keys to auth_service;
grant select, insert on audit_log to auth_service;
grant select, insert, delete, update (private_jwk, sealed_jwk) on signing_keys to auth_service;
grant select, insert on setup_codes to auth_service;
grant select, insert, update, delete on throttles to auth_service;
grant select, insert on guard_secrets to auth_service;
grant select, insert, update, delete on known_origins to auth_service;
-- An account that looks shared with a stranger must prove itself anew.
grant update (proved_at) on sessions to auth_service;

-- Before anyone is known.
grant execute on function
  has_accounts(),
  find_login(text),
  find_session(bytea, interval, interval, text),
  find_access_key(bytea),
  create_account(text, text, text, text, boolean, text, uuid, text, text),
  begin_attempt(text, integer, interval, interval, interval),
  count_request(text, integer, interval),
  remove_expired(),
  list_tenants(uuid, integer),
  tenant_people(uuid, uuid, integer),
  find_account_by_email(text),
  find_account_by_id(uuid),
  find_passkey(bytea),
  keep_challenge(bytea, text, uuid, bytea, interval),
  try_challenge(bytea, text, integer),
  challenged_email(bytea),
  take_challenge(bytea, text),
  find_mail_token(bytea),
  create_account(text, text, text, text, boolean, text, uuid, text, text, bytea),
  remove_expired_identities(),
  count_requests(text[], integer[], interval[]),
  count_distinct(text, text[], interval),
  prepare_audit_log(integer),
  reader_is_admin(),
  reader_is_instance_owner()
  to auth_service;

-- As the reader whom the transaction names.
grant execute on function own_memberships(), remove_own_account() to auth_service;

-- Identities that others keep.
grant select, insert, update (settings_flow_id) on outside_sessions to auth_service;
grant select, insert on used_codes to auth_service;
grant select, insert, update (email, last_used_at), delete on single_sign_ons to auth_service;
grant execute on function
  find_account_by_identity(uuid),
  link_identity(uuid, uuid),
  follow_identity(uuid, text, timestamptz),
  ended_outside_sessions(integer),
  outside_session_ended(uuid),
  find_account_by_sign_on(text, text),
  is_email_verified(uuid),
  confirm_new_email(uuid),
  remove_used_codes(),
  is_invited(bytea, text)
  to auth_service;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to auth_service;
