-- Invitations by link as well as by mail, accepted once.

alter table invitations
  alter column email drop not null,
  -- When a mail with the present link was handed over. Then only a confirmed address accepts.
  add column mailed_at timestamptz(3),
  add column accepted_by uuid references accounts on delete set null;

create index invitations_accepted_by on invitations (accepted_by);
create index invitations_page on invitations (tenant_id, created_at desc, id desc);

create function invitation_state(p invitations) returns text
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select case when p.accepted_at is not null then 'accepted' when p.revoked_at is not null then 'revoked'
    when p.expires_at <= now() then 'expired' else 'open' end
$$;

-- What a link offers, before anyone is known. An expired one is told apart from an unknown one, to who has the link.
create function find_invitation(p_secret_hash bytea) returns table (
  state text, tenant_name text, invited_by text, role text, expires_at timestamptz, is_bound boolean
)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select invitation_state(i), t.name, a.name, i.role, i.expires_at, i.email is not null
  from invitations i join tenants t on t.id = i.tenant_id left join accounts a on a.id = i.invited_by
  where i.secret_hash = p_secret_hash
$$;

-- Makes the reader a member by an invitation. The tenant is locked before the invitation, as everywhere.
-- outcome: joined, not-found, over, wrong-account, email-unverified, and those of take_seat.
create function accept_invitation(p_secret_hash bytea, p_address text) returns table (
  outcome text, tenant_id uuid, tenant_name text, role text
)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  v_account accounts;
  v_invitation invitations;
  v_domains jsonb;
begin
  select * into v_account from accounts a where a.id = reader_user_id() and a.disabled_at is null;
  perform from tenants t join invitations i on i.tenant_id = t.id where i.secret_hash = p_secret_hash
    for no key update of t;
  select * into v_invitation from invitations i where i.secret_hash = p_secret_hash for update;
  if v_invitation.id is null or v_account.id is null then
    outcome := 'not-found';
    return next;
    return;
  end if;
  select t.id, t.name, v_invitation.role, t.settings -> 'invitations' -> 'emailDomains'
    into tenant_id, tenant_name, role, v_domains from tenants t where t.id = v_invitation.tenant_id;
  outcome := case
    -- The same person once more: a double click.
    when v_invitation.accepted_by = v_account.id
      and exists (select from memberships m where m.tenant_id = v_invitation.tenant_id and m.account_id = v_account.id)
      then 'joined'
    when invitation_state(v_invitation) <> 'open' then 'over'
    when v_invitation.email <> v_account.email then 'wrong-account'
    when jsonb_array_length(v_domains) > 0 and not v_domains ? split_part(v_account.email, '@', 2) then 'wrong-account'
    when v_invitation.mailed_at is not null and v_account.email_verified_at is null then 'email-unverified'
    else take_seat(v_invitation.tenant_id, v_account.id, v_invitation.role)
  end;
  if outcome = 'joined' and v_invitation.accepted_at is null then
    update invitations i set accepted_at = now(), accepted_by = v_account.id where i.id = v_invitation.id;
    insert into audit_log (account_id, tenant_id, action, address, detail) values (
      v_account.id, v_invitation.tenant_id, 'invitation-accepted', p_address,
      jsonb_build_object('invitation', v_invitation.id, 'role', v_invitation.role)
    );
  end if;
  return next;
end $$;
