-- What the operator does for those who cannot get in any more. For the command line; no service may call these.

-- As in 0004, and links in mails that were sent before end with the sessions.
create or replace function replace_password(p_email text, p_password_hash text) returns uuid
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_account_id uuid;
begin
  select id into v_account_id from accounts where email = p_email;
  if v_account_id is null then
    return null;
  end if;
  insert into credentials (account_id, password_hash) values (v_account_id, p_password_hash)
    on conflict (account_id) do update set password_hash = excluded.password_hash, changed_at = now();
  update sessions set revoked_at = now() where account_id = v_account_id and revoked_at is null;
  delete from mail_tokens where account_id = v_account_id;
  insert into audit_log (account_id, action, detail)
    values (v_account_id, 'password-replaced', '{"by": "operator"}');
  return v_account_id;
end $$;

-- Takes the authenticator and the recovery codes of an account away and ends its sessions, for somebody who lost both.
-- The account, or null; `had_totp` says whether there was one.
create function remove_second_factor(p_email text) returns table (account_id uuid, had_totp boolean)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
begin
  select a.id into account_id from accounts a where a.email = p_email;
  if account_id is null then
    return;
  end if;
  delete from totp_secrets t where t.account_id = remove_second_factor.account_id;
  had_totp := found;
  delete from recovery_codes c where c.account_id = remove_second_factor.account_id;
  delete from challenges c where c.account_id = remove_second_factor.account_id;
  if had_totp then
    update sessions s set revoked_at = now() where s.account_id = remove_second_factor.account_id and s.revoked_at is null;
    insert into audit_log (account_id, action, detail) values (account_id, 'totp-removed', '{"by": "operator"}');
  end if;
  return next;
end $$;
