-- What the role of auth-service may do in the database `auth`, and nothing else. Row-level security narrows it further
-- to the reader that a transaction names.
revoke all on all tables in schema public from auth_service;
revoke all on all functions in schema public from auth_service;

grant execute on function reader_user_id(), reader_tenant_id() to auth_service;

grant select, update (name, updated_at) on accounts to auth_service;
grant select, update (password_hash, changed_at) on credentials to auth_service;
grant select on tenants, memberships, outbox to auth_service;
grant select, insert, update (secret_hash, previous_secret_hash, previous_until, expires_at, revoked_at)
  on sessions to auth_service;
grant select, insert, update (revoked_at) on access_keys to auth_service;
grant select, insert on audit_log to auth_service;
grant select, insert, delete on signing_keys to auth_service;
grant select, insert on setup_codes to auth_service;
grant select, insert, update, delete on throttles to auth_service;

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
  list_tenants(uuid, integer)
  to auth_service;
