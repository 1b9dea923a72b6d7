-- Derived from the migrations by tools/schema.ts; do not edit.

-- tables

create table access_keys (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  tenant_id uuid not null,
  kind text not null,
  scope text not null,
  name text not null,
  secret_hash bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  constraint access_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint access_keys_kind_check CHECK ((kind = ANY (ARRAY['api-key'::text, 'app-password'::text]))),
  constraint access_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint access_keys_pkey PRIMARY KEY (id),
  constraint access_keys_scope_check CHECK ((scope = ANY (ARRAY['full'::text, 'reader-clients'::text]))),
  constraint access_keys_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint access_keys_secret_hash_key UNIQUE (secret_hash),
  constraint access_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table accounts (
  id uuid not null default uuidv7(),
  email text not null,
  name text not null,
  is_instance_owner boolean not null default false,
  default_tenant_id uuid,
  disabled_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  email_verified_at timestamp(3) with time zone,
  identity_id uuid,
  constraint accounts_default_tenant_id_fkey FOREIGN KEY (default_tenant_id) REFERENCES tenants(id) ON DELETE SET NULL,
  constraint accounts_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
  constraint accounts_email_key UNIQUE (email),
  constraint accounts_identity_id_key UNIQUE (identity_id),
  constraint accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint accounts_pkey PRIMARY KEY (id)
);
create table archived_audit_lines (
  tenant_id uuid not null,
  "position" bigint not null,
  line jsonb not null,
  constraint archived_audit_lines_line_check CHECK ((jsonb_typeof(line) = 'object'::text)),
  constraint archived_audit_lines_pkey PRIMARY KEY (tenant_id, "position"),
  constraint archived_audit_lines_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table audit_log_default (
  id bigint not null generated always as identity,
  at timestamp(3) with time zone not null default now(),
  account_id uuid,
  tenant_id uuid,
  session_id uuid,
  request_id text not null default ''::text,
  action text not null,
  outcome text not null default 'allowed'::text,
  address text not null default ''::text,
  user_agent text not null default ''::text,
  detail jsonb not null default '{}'::jsonb,
  constraint audit_log_action_check1 CHECK (((length(action) >= 1) AND (length(action) <= 100))),
  constraint audit_log_address_check1 CHECK ((length(address) <= 100)),
  constraint audit_log_default_pkey PRIMARY KEY (at, id),
  constraint audit_log_detail_check1 CHECK ((jsonb_typeof(detail) = 'object'::text)),
  constraint audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['allowed'::text, 'refused'::text, 'challenged'::text, 'slowed'::text, 'blocked'::text]))),
  constraint audit_log_request_id_check CHECK ((length(request_id) <= 100)),
  constraint audit_log_user_agent_check CHECK ((length(user_agent) <= 300))
) -- partition of audit_log DEFAULT;
create table challenges (
  secret_hash bytea not null,
  kind text not null,
  account_id uuid,
  sealed_state bytea,
  attempts integer not null default 0,
  expires_at timestamp(3) with time zone not null,
  constraint challenges_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint challenges_kind_check CHECK ((kind ~ '^[a-z-]{1,40}$'::text)),
  constraint challenges_pkey PRIMARY KEY (secret_hash),
  constraint challenges_secret_hash_check CHECK ((length(secret_hash) = 32))
);
create table credentials (
  account_id uuid not null,
  password_hash text not null,
  changed_at timestamp(3) with time zone not null default now(),
  constraint credentials_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint credentials_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
  constraint credentials_pkey PRIMARY KEY (account_id)
);
create table guard_secrets (
  is_only_row boolean not null default true,
  secret bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint guard_secrets_is_only_row_check CHECK (is_only_row),
  constraint guard_secrets_pkey PRIMARY KEY (is_only_row),
  constraint guard_secrets_secret_check CHECK ((length(secret) = 32))
);
create table invitations (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  email text,
  role text not null,
  secret_hash bytea not null,
  invited_by uuid,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  accepted_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  mailed_at timestamp(3) with time zone,
  accepted_by uuid,
  constraint invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES accounts(id) ON DELETE SET NULL,
  constraint invitations_email_check CHECK ((email = lower(email))),
  constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES accounts(id) ON DELETE SET NULL,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'reader'::text]))),
  constraint invitations_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint invitations_secret_hash_key UNIQUE (secret_hash),
  constraint invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table job_runs (
  service text not null,
  job text not null,
  every_seconds integer not null,
  last_run_at timestamp(3) with time zone not null,
  last_success_at timestamp(3) with time zone,
  error text,
  constraint job_runs_error_check CHECK ((length(error) <= 500)),
  constraint job_runs_every_seconds_check CHECK ((every_seconds > 0)),
  constraint job_runs_job_check CHECK ((length(job) <= 60)),
  constraint job_runs_pkey PRIMARY KEY (service, job)
);
create table known_origins (
  key text not null,
  seen_at timestamp(3) with time zone not null default now(),
  constraint known_origins_key_check CHECK ((length(key) <= 100)),
  constraint known_origins_pkey PRIMARY KEY (key)
);
create table mail_tokens (
  token_hash bytea not null,
  account_id uuid not null,
  purpose text not null,
  email text not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  constraint mail_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint mail_tokens_account_id_purpose_key UNIQUE (account_id, purpose),
  constraint mail_tokens_email_check CHECK ((email = lower(email))),
  constraint mail_tokens_pkey PRIMARY KEY (token_hash),
  constraint mail_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['recovery'::text, 'verification'::text, 'email-change'::text]))),
  constraint mail_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);
create table mails (
  id uuid not null default uuidv7(),
  sealed_content bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  next_attempt_at timestamp(3) with time zone not null default now(),
  attempts integer not null default 0,
  claimed_until timestamp(3) with time zone,
  error text,
  constraint mails_error_check CHECK ((length(error) <= 500)),
  constraint mails_pkey PRIMARY KEY (id)
);
create table memberships (
  tenant_id uuid not null,
  account_id uuid not null,
  role text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint memberships_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint memberships_pkey PRIMARY KEY (tenant_id, account_id),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'reader'::text]))),
  constraint memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table outbox (
  id bigint not null generated always as identity,
  at timestamp(3) with time zone not null default now(),
  event text not null,
  payload jsonb not null,
  constraint outbox_pkey PRIMARY KEY (id)
);
create table outside_sessions (
  session_id uuid not null,
  account_id uuid not null,
  outside_id uuid not null,
  settings_flow_id uuid,
  sealed_credential bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  constraint outside_sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint outside_sessions_pkey PRIMARY KEY (session_id),
  constraint outside_sessions_sealed_credential_check CHECK (((length(sealed_credential) >= 29) AND (length(sealed_credential) <= 20000))),
  constraint outside_sessions_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE
);
create table passkeys (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  credential_id bytea not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null default '{}'::text[],
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone,
  constraint passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint passkeys_counter_check CHECK ((counter >= 0)),
  constraint passkeys_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023))),
  constraint passkeys_credential_id_key UNIQUE (credential_id),
  constraint passkeys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint passkeys_pkey PRIMARY KEY (id),
  constraint passkeys_public_key_check CHECK (((length(public_key) >= 1) AND (length(public_key) <= 4000)))
);
create table recovery_codes (
  account_id uuid not null,
  "position" smallint not null,
  code_hash text not null,
  used_at timestamp(3) with time zone,
  constraint recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint recovery_codes_code_hash_check CHECK ((code_hash ~~ '$argon2id$%'::text)),
  constraint recovery_codes_pkey PRIMARY KEY (account_id, "position"),
  constraint recovery_codes_position_check CHECK ((("position" >= 0) AND ("position" <= 9)))
);
create table removed_tenants (
  tenant_id uuid not null,
  plan text not null,
  limit_overrides jsonb not null,
  suspended_at timestamp(3) with time zone,
  suspension_reason text not null,
  removed_at timestamp(3) with time zone not null default now(),
  restored_as uuid,
  constraint removed_tenants_pkey PRIMARY KEY (tenant_id)
);
create table sessions (
  id uuid not null default uuidv7(),
  account_id uuid not null,
  tenant_id uuid not null,
  secret_hash bytea not null,
  previous_secret_hash bytea,
  previous_until timestamp(3) with time zone,
  csrf_secret bytea not null,
  device text not null default ''::text,
  address text not null default ''::text,
  created_at timestamp(3) with time zone not null default now(),
  last_seen_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  proved_at timestamp(3) with time zone not null default now(),
  constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint sessions_address_check CHECK ((length(address) <= 100)),
  constraint sessions_check CHECK (((previous_secret_hash IS NULL) = (previous_until IS NULL))),
  constraint sessions_csrf_secret_check CHECK ((length(csrf_secret) = 32)),
  constraint sessions_device_check CHECK ((length(device) <= 300)),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_previous_secret_hash_check CHECK ((length(previous_secret_hash) = 32)),
  constraint sessions_previous_secret_hash_key UNIQUE (previous_secret_hash),
  constraint sessions_secret_hash_check CHECK ((length(secret_hash) = 32)),
  constraint sessions_secret_hash_key UNIQUE (secret_hash),
  constraint sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table setup_codes (
  is_only_row boolean not null default true,
  code text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint setup_codes_code_check CHECK ((length(code) >= 12)),
  constraint setup_codes_is_only_row_check CHECK (is_only_row),
  constraint setup_codes_pkey PRIMARY KEY (is_only_row)
);
create table signing_keys (
  id text not null,
  public_jwk jsonb not null,
  private_jwk jsonb,
  active_from timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  sealed_jwk bytea,
  constraint signing_keys_active_from_key UNIQUE (active_from),
  constraint signing_keys_id_check CHECK (((length(id) >= 8) AND (length(id) <= 100))),
  constraint signing_keys_one_half CHECK ((num_nonnulls(private_jwk, sealed_jwk) = 1)),
  constraint signing_keys_pkey PRIMARY KEY (id)
);
create table single_sign_ons (
  issuer text not null,
  subject text not null,
  account_id uuid not null,
  email text not null default ''::text,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone not null default now(),
  constraint single_sign_ons_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint single_sign_ons_email_check CHECK ((length(email) <= 254)),
  constraint single_sign_ons_issuer_check CHECK (((length(issuer) >= 1) AND (length(issuer) <= 500))),
  constraint single_sign_ons_pkey PRIMARY KEY (issuer, subject),
  constraint single_sign_ons_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);
create table tenant_archives (
  digest bytea not null,
  tenant_id uuid not null,
  made_at timestamp(3) with time zone not null default now(),
  constraint tenant_archives_digest_check CHECK ((length(digest) = 32)),
  constraint tenant_archives_pkey PRIMARY KEY (digest)
);
create table tenant_domains (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  domain text not null,
  role text not null,
  token text not null,
  created_at timestamp(3) with time zone not null default now(),
  verified_at timestamp(3) with time zone,
  lost_at timestamp(3) with time zone,
  checked_at timestamp(3) with time zone,
  next_check_at timestamp(3) with time zone,
  constraint tenant_domains_check CHECK (((lost_at IS NULL) OR (verified_at IS NOT NULL))),
  constraint tenant_domains_domain_check CHECK (((domain = lower(domain)) AND ((length(domain) >= 3) AND (length(domain) <= 253)))),
  constraint tenant_domains_pkey PRIMARY KEY (id),
  constraint tenant_domains_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'member'::text, 'reader'::text]))),
  constraint tenant_domains_tenant_id_domain_key UNIQUE (tenant_id, domain),
  constraint tenant_domains_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE,
  constraint tenant_domains_token_check CHECK (((length(token) >= 20) AND (length(token) <= 100)))
);
create table tenant_job_pieces (
  job_id uuid not null,
  "position" integer not null,
  bytes bytea not null,
  constraint tenant_job_pieces_job_id_fkey FOREIGN KEY (job_id) REFERENCES tenant_jobs(id) ON DELETE CASCADE,
  constraint tenant_job_pieces_pkey PRIMARY KEY (job_id, "position"),
  constraint tenant_job_pieces_position_check CHECK (("position" >= 0))
);
create table tenant_jobs (
  id uuid not null default uuidv7(),
  kind text not null,
  tenant_id uuid,
  account_id uuid not null,
  state text not null,
  step text not null default ''::text,
  rows bigint not null default 0,
  size_bytes bigint not null default 0,
  remarks jsonb not null default '[]'::jsonb,
  error text,
  digest bytea,
  is_trusted boolean not null default false,
  attempts integer not null default 0,
  claimed_by text,
  claimed_until timestamp(3) with time zone,
  next_attempt_at timestamp(3) with time zone not null default now(),
  created_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  expires_at timestamp(3) with time zone not null default (now() + '2 days'::interval),
  constraint tenant_jobs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint tenant_jobs_check CHECK (((kind = 'import'::text) OR (tenant_id IS NOT NULL))),
  constraint tenant_jobs_digest_check CHECK ((length(digest) = 32)),
  constraint tenant_jobs_error_check CHECK ((length(error) <= 1000)),
  constraint tenant_jobs_kind_check CHECK ((kind = ANY (ARRAY['export'::text, 'import'::text]))),
  constraint tenant_jobs_pkey PRIMARY KEY (id),
  constraint tenant_jobs_remarks_check CHECK ((jsonb_typeof(remarks) = 'array'::text)),
  constraint tenant_jobs_state_check CHECK ((state = ANY (ARRAY['uploading'::text, 'queued'::text, 'running'::text, 'done'::text, 'failed'::text]))),
  constraint tenant_jobs_step_check CHECK ((length(step) <= 100)),
  constraint tenant_jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE
);
create table tenants (
  id uuid not null default uuidv7(),
  name text not null,
  slug text,
  personal_of uuid,
  limits jsonb not null default '{}'::jsonb,
  suspended_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null default now(),
  plan text not null default 'unlimited'::text,
  limit_overrides jsonb not null default '{}'::jsonb,
  settings jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  suspension_reason text not null default ''::text,
  deletion_at timestamp(3) with time zone,
  constraint tenants_limit_overrides_check CHECK ((jsonb_typeof(limit_overrides) = 'object'::text)),
  constraint tenants_limits_check CHECK ((jsonb_typeof(limits) = 'object'::text)),
  constraint tenants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint tenants_personal_of_fkey FOREIGN KEY (personal_of) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint tenants_personal_of_key UNIQUE (personal_of),
  constraint tenants_personal_stays CHECK (((personal_of IS NULL) OR (deletion_at IS NULL))),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_plan_check CHECK ((plan ~ '^[a-z][a-z0-9-]{0,40}$'::text)),
  constraint tenants_settings_check CHECK ((jsonb_typeof(settings) = 'object'::text)),
  constraint tenants_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint tenants_slug_key UNIQUE (slug),
  constraint tenants_suspension_reason_check CHECK ((length(suspension_reason) <= 500))
);
create table throttles (
  key text not null,
  count integer not null,
  window_started_at timestamp(3) with time zone not null default now(),
  locked_until timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null default now(),
  constraint throttles_count_check CHECK ((count >= 0)),
  constraint throttles_key_check CHECK ((length(key) <= 100)),
  constraint throttles_pkey PRIMARY KEY (key)
);
create table totp_secrets (
  account_id uuid not null,
  sealed_secret bytea not null,
  last_step bigint not null default 0,
  created_at timestamp(3) with time zone not null default now(),
  confirmed_at timestamp(3) with time zone,
  constraint totp_secrets_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint totp_secrets_pkey PRIMARY KEY (account_id),
  constraint totp_secrets_sealed_secret_check CHECK (((length(sealed_secret) >= 29) AND (length(sealed_secret) <= 500)))
);
create table used_codes (
  code_hash bytea not null,
  account_id uuid not null,
  used_at timestamp(3) with time zone not null default now(),
  constraint used_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  constraint used_codes_code_hash_check CHECK ((length(code_hash) = 32)),
  constraint used_codes_pkey PRIMARY KEY (code_hash)
);

-- indexes

CREATE INDEX access_keys_account ON public.access_keys USING btree (account_id, kind) WHERE (revoked_at IS NULL);
CREATE INDEX access_keys_tenant ON public.access_keys USING btree (tenant_id);
CREATE INDEX accounts_default_tenant ON public.accounts USING btree (default_tenant_id);
CREATE UNIQUE INDEX accounts_instance_owner ON public.accounts USING btree (is_instance_owner) WHERE is_instance_owner;
CREATE INDEX audit_log_account ON ONLY public.audit_log USING btree (account_id, at DESC, id DESC) WHERE (account_id IS NOT NULL);
CREATE INDEX audit_log_default_account_id_at_id_idx ON public.audit_log_default USING btree (account_id, at DESC, id DESC) WHERE (account_id IS NOT NULL);
CREATE INDEX audit_log_default_at_id_idx ON public.audit_log_default USING btree (at DESC, id DESC) WHERE (tenant_id IS NULL);
CREATE INDEX audit_log_default_tenant_id_at_id_idx ON public.audit_log_default USING btree (tenant_id, at DESC, id DESC) WHERE (tenant_id IS NOT NULL);
CREATE INDEX audit_log_instance ON ONLY public.audit_log USING btree (at DESC, id DESC) WHERE (tenant_id IS NULL);
CREATE INDEX audit_log_tenant ON ONLY public.audit_log USING btree (tenant_id, at DESC, id DESC) WHERE (tenant_id IS NOT NULL);
CREATE INDEX challenges_account ON public.challenges USING btree (account_id);
CREATE INDEX challenges_expiry ON public.challenges USING btree (expires_at);
CREATE INDEX invitations_accepted_by ON public.invitations USING btree (accepted_by);
CREATE INDEX invitations_inviter ON public.invitations USING btree (invited_by);
CREATE INDEX invitations_page ON public.invitations USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX invitations_tenant ON public.invitations USING btree (tenant_id);
CREATE INDEX known_origins_age ON public.known_origins USING btree (seen_at);
CREATE INDEX mails_due ON public.mails USING btree (next_attempt_at);
CREATE INDEX memberships_account ON public.memberships USING btree (account_id);
CREATE INDEX outside_sessions_account ON public.outside_sessions USING btree (account_id);
CREATE INDEX outside_sessions_open ON public.outside_sessions USING btree (session_id) WHERE (ended_at IS NULL);
CREATE INDEX passkeys_account ON public.passkeys USING btree (account_id);
CREATE INDEX sessions_account ON public.sessions USING btree (account_id);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_tenant ON public.sessions USING btree (tenant_id);
CREATE UNIQUE INDEX single_sign_ons_account ON public.single_sign_ons USING btree (account_id);
CREATE INDEX tenant_archives_tenant ON public.tenant_archives USING btree (tenant_id);
CREATE INDEX tenant_domains_due ON public.tenant_domains USING btree (next_check_at) WHERE (verified_at IS NOT NULL);
CREATE UNIQUE INDEX tenant_domains_verified ON public.tenant_domains USING btree (domain) WHERE (verified_at IS NOT NULL);
CREATE INDEX tenant_jobs_account ON public.tenant_jobs USING btree (account_id, id);
CREATE INDEX tenant_jobs_expiry ON public.tenant_jobs USING btree (expires_at);
CREATE UNIQUE INDEX tenant_jobs_one_export ON public.tenant_jobs USING btree (tenant_id) WHERE ((kind = 'export'::text) AND (state = ANY (ARRAY['queued'::text, 'running'::text])));
CREATE UNIQUE INDEX tenant_jobs_one_import ON public.tenant_jobs USING btree (account_id) WHERE ((kind = 'import'::text) AND (state = ANY (ARRAY['uploading'::text, 'queued'::text, 'running'::text])));
CREATE INDEX tenant_jobs_tenant ON public.tenant_jobs USING btree (tenant_id, id);
CREATE INDEX tenant_jobs_waiting ON public.tenant_jobs USING btree (next_attempt_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX tenants_deletion ON public.tenants USING btree (deletion_at) WHERE (deletion_at IS NOT NULL);
CREATE INDEX throttles_age ON public.throttles USING btree (updated_at);
CREATE INDEX used_codes_account ON public.used_codes USING btree (account_id);
CREATE INDEX used_codes_age ON public.used_codes USING btree (used_at);

-- row-level security

alter table access_keys enable row level security, force row level security;
alter table accounts enable row level security, force row level security;
alter table archived_audit_lines enable row level security, force row level security;
alter table audit_log enable row level security, force row level security;
alter table audit_log_default enable row level security, force row level security;
alter table challenges enable row level security, force row level security;
alter table credentials enable row level security, force row level security;
alter table invitations enable row level security, force row level security;
alter table mail_tokens enable row level security, force row level security;
alter table mails enable row level security, force row level security;
alter table memberships enable row level security, force row level security;
alter table outbox enable row level security, force row level security;
alter table outside_sessions enable row level security, force row level security;
alter table passkeys enable row level security, force row level security;
alter table recovery_codes enable row level security, force row level security;
alter table removed_tenants enable row level security, force row level security;
alter table sessions enable row level security, force row level security;
alter table single_sign_ons enable row level security, force row level security;
alter table tenant_archives enable row level security, force row level security;
alter table tenant_domains enable row level security, force row level security;
alter table tenant_job_pieces enable row level security, force row level security;
alter table tenant_jobs enable row level security, force row level security;
alter table tenants enable row level security, force row level security;
alter table totp_secrets enable row level security, force row level security;
alter table used_codes enable row level security, force row level security;

-- policies

create policy access_keys_own on access_keys as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check (((account_id = ( SELECT reader_user_id() AS reader_user_id)) AND (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))));
create policy access_keys_owner on access_keys as permissive for all to auth_owner
  using (true)
  with check (true);
create policy accounts_of_tenant on accounts as permissive for select to tenant_service
  using ((EXISTS ( SELECT
   FROM memberships
  WHERE ((memberships.account_id = accounts.id) AND (memberships.tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))))));
create policy accounts_own on accounts as permissive for all to auth_service
  using ((id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((id = ( SELECT reader_user_id() AS reader_user_id)));
create policy accounts_owner on accounts as permissive for all to auth_owner
  using (true)
  with check (true);
create policy archived_audit_lines_current on archived_audit_lines as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy archived_audit_lines_owner on archived_audit_lines as permissive for all to auth_owner
  using (true)
  with check (true);
create policy audit_log_append on audit_log as permissive for insert to auth_service, tenant_service
  with check (true);
create policy audit_log_current on audit_log as permissive for select to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy audit_log_of_instance on audit_log as permissive for select to auth_service
  using (((tenant_id IS NULL) AND ( SELECT reader_is_instance_owner() AS reader_is_instance_owner)));
create policy audit_log_of_tenant on audit_log as permissive for select to auth_service
  using (((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)) AND ( SELECT reader_is_admin() AS reader_is_admin)));
create policy audit_log_own on audit_log as permissive for select to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy audit_log_owner on audit_log as permissive for all to auth_owner
  using (true)
  with check (true);
create policy audit_log_owner on audit_log_default as permissive for all to auth_owner
  using (true)
  with check (true);
create policy challenges_owner on challenges as permissive for all to auth_owner
  using (true)
  with check (true);
create policy credentials_own on credentials as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy credentials_owner on credentials as permissive for all to auth_owner
  using (true)
  with check (true);
create policy invitations_current on invitations as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy invitations_owner on invitations as permissive for all to auth_owner
  using (true)
  with check (true);
create policy mail_tokens_own on mail_tokens as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy mail_tokens_owner on mail_tokens as permissive for all to auth_owner
  using (true)
  with check (true);
create policy mails_owner on mails as permissive for all to auth_owner
  using (true)
  with check (true);
create policy mails_worker on mails as permissive for all to auth_service
  using (true)
  with check (true);
create policy memberships_current on memberships as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy memberships_own on memberships as permissive for select to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy memberships_owner on memberships as permissive for all to auth_owner
  using (true)
  with check (true);
create policy outbox_owner on outbox as permissive for all to auth_owner
  using (true)
  with check (true);
create policy outbox_relay on outbox as permissive for select to auth_service
  using (true);
create policy outside_sessions_own on outside_sessions as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy outside_sessions_owner on outside_sessions as permissive for all to auth_owner
  using (true)
  with check (true);
create policy passkeys_own on passkeys as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy passkeys_owner on passkeys as permissive for all to auth_owner
  using (true)
  with check (true);
create policy recovery_codes_own on recovery_codes as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy recovery_codes_owner on recovery_codes as permissive for all to auth_owner
  using (true)
  with check (true);
create policy removed_tenants_owner on removed_tenants as permissive for all to auth_owner
  using (true)
  with check (true);
create policy sessions_own on sessions as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check (((account_id = ( SELECT reader_user_id() AS reader_user_id)) AND (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))));
create policy sessions_owner on sessions as permissive for all to auth_owner
  using (true)
  with check (true);
create policy single_sign_ons_own on single_sign_ons as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy single_sign_ons_owner on single_sign_ons as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenant_archives_current on tenant_archives as permissive for insert to tenant_service
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenant_archives_owner on tenant_archives as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenant_domains_current on tenant_domains as permissive for all to tenant_service
  using ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenant_domains_owner on tenant_domains as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenant_job_pieces_current on tenant_job_pieces as permissive for all to tenant_service
  using ((EXISTS ( SELECT
   FROM tenant_jobs j
  WHERE (j.id = tenant_job_pieces.job_id))))
  with check ((EXISTS ( SELECT
   FROM tenant_jobs j
  WHERE (j.id = tenant_job_pieces.job_id))));
create policy tenant_job_pieces_owner on tenant_job_pieces as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenant_jobs_current on tenant_jobs as permissive for all to tenant_service
  using (
CASE kind
    WHEN 'export'::text THEN (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))
    ELSE (account_id = ( SELECT reader_user_id() AS reader_user_id))
END)
  with check (
CASE kind
    WHEN 'export'::text THEN (tenant_id = ( SELECT reader_tenant_id() AS reader_tenant_id))
    ELSE (account_id = ( SELECT reader_user_id() AS reader_user_id))
END);
create policy tenant_jobs_owner on tenant_jobs as permissive for all to auth_owner
  using (true)
  with check (true);
create policy tenants_current on tenants as permissive for all to tenant_service
  using ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)))
  with check ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenants_own on tenants as permissive for select to auth_service
  using ((id = ( SELECT reader_tenant_id() AS reader_tenant_id)));
create policy tenants_owner on tenants as permissive for all to auth_owner
  using (true)
  with check (true);
create policy totp_secrets_own on totp_secrets as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy totp_secrets_owner on totp_secrets as permissive for all to auth_owner
  using (true)
  with check (true);
create policy used_codes_own on used_codes as permissive for all to auth_service
  using ((account_id = ( SELECT reader_user_id() AS reader_user_id)))
  with check ((account_id = ( SELECT reader_user_id() AS reader_user_id)));
create policy used_codes_owner on used_codes as permissive for all to auth_owner
  using (true)
  with check (true);

-- functions

CREATE OR REPLACE FUNCTION public.accept_invitation(p_secret_hash bytea, p_address text)
 RETURNS TABLE(outcome text, tenant_id uuid, tenant_name text, role text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.administer_tenant(p_tenant_id uuid, p_is_suspended boolean, p_reason text, p_plan text, p_overrides jsonb, p_plans jsonb, p_account_id uuid, p_address text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update tenants set
      suspended_at = case when p_is_suspended then coalesce(suspended_at, now()) when not p_is_suspended then null
        else suspended_at end,
      suspension_reason = case when p_is_suspended then coalesce(p_reason, '') when not p_is_suspended then ''
        else suspension_reason end,
      plan = coalesce(p_plan, plan),
      limit_overrides = coalesce(p_overrides, limit_overrides),
      limits = effective_limits(p_plans, coalesce(p_plan, plan), coalesce(p_overrides, limit_overrides)),
      updated_at = now()
    where id = p_tenant_id;
  if not found then
    return false;
  end if;
  insert into audit_log (account_id, tenant_id, action, address, detail) values (
    p_account_id, p_tenant_id,
    case when p_is_suspended then 'tenant-suspended' when not p_is_suspended then 'tenant-resumed' else 'tenant-plan-changed' end,
    p_address,
    jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'plan', p_plan, 'limits', p_overrides))
      || case when p_account_id is null then '{"by": "operator"}'::jsonb else '{}' end
  );
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.administer_tenant_as_instance_owner(p_tenant_id uuid, p_is_suspended boolean, p_reason text, p_plan text, p_overrides jsonb, p_plans jsonb, p_address text)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select case when is_instance_owner() then
    administer_tenant(p_tenant_id, p_is_suspended, p_reason, p_plan, p_overrides, p_plans, reader_user_id(), p_address)
  else false end
$function$
;
CREATE OR REPLACE FUNCTION public.apply_plans(p_plans jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_changed integer;
begin
  update tenants set limits = effective_limits(p_plans, plan, limit_overrides)
    where limits <> effective_limits(p_plans, plan, limit_overrides);
  get diagnostics v_changed = row_count;
  return v_changed;
end $function$
;
CREATE OR REPLACE FUNCTION public.begin_attempt(p_key text, p_free integer, p_base interval, p_longest interval, p_forget interval)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_locked_until timestamptz;
begin
  insert into throttles as t (key, count, locked_until)
    values (p_key, 1, case when p_free <= 1 then now() + p_base end)
    on conflict (key) do update set
      count = case when t.updated_at < now() - p_forget then 1 else t.count + 1 end,
      locked_until = case
        when t.updated_at >= now() - p_forget and t.count + 1 >= p_free
          then now() + least(p_base * (2 ^ least(t.count + 1 - p_free, 30)), p_longest)
      end,
      updated_at = now()
      where t.locked_until is null or t.locked_until <= now();
  if found then
    return null;
  end if;
  select t.locked_until into v_locked_until from throttles t where t.key = p_key;
  return v_locked_until;
end $function$
;
CREATE OR REPLACE FUNCTION public.challenged_email(p_secret_hash bytea)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
BEGIN ATOMIC
 SELECT a.email
    FROM (challenges c
      JOIN accounts a ON ((a.id = c.account_id)))
   WHERE ((c.secret_hash = challenged_email.p_secret_hash) AND (c.kind = 'second-factor'::text) AND (c.expires_at > now()));
END
;
CREATE OR REPLACE FUNCTION public.claim_domain_check()
 RETURNS TABLE(id uuid, tenant_id uuid, domain text, token text)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update tenant_domains d set next_check_at = now() + interval '1 hour'
    where d.id = (
      select o.id from tenant_domains o where o.verified_at is not null and o.next_check_at <= now()
      order by o.next_check_at limit 1 for update skip locked
    )
    returning d.id, d.tenant_id, d.domain, d.token
$function$
;
CREATE OR REPLACE FUNCTION public.claim_tenant_job(p_worker text, p_lease interval, p_attempts integer)
 RETURNS TABLE(id uuid, kind text, tenant_id uuid, account_id uuid, digest bytea, attempts integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  update tenant_jobs j set state = 'failed', finished_at = now(), claimed_by = null, claimed_until = null,
      error = coalesce(j.error, 'It was begun too often and never came to its end. Begin it again; the log says more.')
    where j.state in ('queued', 'running') and j.attempts >= p_attempts
      and (j.claimed_until is null or j.claimed_until <= now());
  return query
    update tenant_jobs j set state = 'running', claimed_by = p_worker, claimed_until = now() + p_lease,
        attempts = j.attempts + 1
      where j.id = (
        select o.id from tenant_jobs o
        where o.state in ('queued', 'running') and o.next_attempt_at <= now()
          and (o.claimed_until is null or o.claimed_until <= now())
        order by o.next_attempt_at limit 1 for update skip locked
      )
      returning j.id, j.kind, j.tenant_id, j.account_id, j.digest, j.attempts;
end $function$
;
CREATE OR REPLACE FUNCTION public.confirm_domain(p_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_domain tenant_domains;
  v_other tenant_domains;
begin
  select * into v_domain from tenant_domains where id = p_id and tenant_id = reader_tenant_id();
  if not found then
    return 'not-found';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('auth.domain ' || v_domain.domain, 0));
  select * into v_other from tenant_domains
    where domain = v_domain.domain and verified_at is not null and tenant_id <> v_domain.tenant_id for update;
  if v_other.lost_at is null and v_other.id is not null then
    return 'domain-taken';
  end if;
  if v_other.id is not null then
    update tenant_domains set verified_at = null, lost_at = null where id = v_other.id;
    insert into audit_log (tenant_id, action, detail)
      values (v_other.tenant_id, 'domain-lost', jsonb_build_object('domain', v_domain.domain));
  end if;
  update tenant_domains
    set verified_at = coalesce(verified_at, now()), lost_at = null, checked_at = now(), next_check_at = now() + interval '1 day'
    where id = p_id;
  return 'verified';
end $function$
;
CREATE OR REPLACE FUNCTION public.confirm_new_email(p_account_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update accounts set email_verified_at = now(), updated_at = now()
    where id = p_account_id and email_verified_at is null and created_at = now()::timestamptz(3)
$function$
;
CREATE OR REPLACE FUNCTION public.count_distinct(p_thing text, p_names text[], p_window interval)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_count integer;
begin
  select c.count into v_count from count_requests(array[p_thing], array[1000000], array[p_window]) c;
  if v_count = 1 and cardinality(p_names) > 0 then
    perform count_requests(p_names, array_fill(1000000, array[cardinality(p_names)]),
      array_fill(p_window, array[cardinality(p_names)]));
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.count_request(p_key text, p_limit integer, p_window interval)
 RETURNS timestamp with time zone
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into throttles as t (key, count) values (p_key, 1)
    on conflict (key) do update set
      count = case when t.window_started_at <= now() - p_window then 1 else least(t.count + 1, 1000000) end,
      window_started_at = case when t.window_started_at <= now() - p_window then now() else t.window_started_at end,
      updated_at = now()
    returning case when t.count > p_limit then t.window_started_at + p_window end
$function$
;
CREATE OR REPLACE FUNCTION public.count_requests(p_keys text[], p_limits integer[], p_windows interval[])
 RETURNS TABLE(key text, count integer, refused_until timestamp with time zone)
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into throttles as t (key, count)
    select k, 1 from unnest(p_keys) k
    on conflict (key) do update set
      count = case when t.window_started_at <= now() - p_windows[array_position(p_keys, t.key)] then 1
        else least(t.count + 1, 1000000) end,
      window_started_at = case when t.window_started_at <= now() - p_windows[array_position(p_keys, t.key)] then now()
        else t.window_started_at end,
      updated_at = now()
    returning t.key, t.count, case when t.count > p_limits[array_position(p_keys, t.key)]
      then t.window_started_at + p_windows[array_position(p_keys, t.key)] end
$function$
;
CREATE OR REPLACE FUNCTION public.create_account(p_email text, p_name text, p_password_hash text, p_registration text, p_is_code_required boolean, p_code text, p_tenant_id uuid, p_tenant_role text, p_address text)
 RETURNS TABLE(outcome text, account_id uuid, tenant_id uuid, role text, created_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_is_first boolean;
  v_tenant_id uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.create_account', 0));
  v_is_first := not exists (select from accounts);
  outcome := case
    when p_registration = 'closed' or (p_registration = 'first' and not v_is_first) then 'registration-closed'
    when v_is_first and p_is_code_required
      and not exists (select from setup_codes where sha256(convert_to(code, 'UTF8')) = sha256(convert_to(p_code, 'UTF8')))
      then 'setup-code-required'
    when exists (select from accounts where email = p_email) then 'email-taken'
    when p_tenant_id is not null and not exists (select from tenants where id = p_tenant_id) then 'no-tenant'
    else 'created'
  end;
  if outcome <> 'created' then
    return next;
    return;
  end if;

  insert into accounts (email, name, is_instance_owner) values (p_email, p_name, v_is_first)
    returning accounts.id, accounts.created_at into account_id, created_at;
  if p_password_hash is not null then
    insert into credentials (account_id, password_hash) values (account_id, p_password_hash);
  end if;
  insert into tenants (name, personal_of) values (p_name, account_id) returning tenants.id into v_tenant_id;
  insert into memberships (tenant_id, account_id, role) values (v_tenant_id, account_id, 'owner');
  if p_tenant_id is not null then
    insert into memberships (tenant_id, account_id, role) values (p_tenant_id, account_id, p_tenant_role);
  end if;
  tenant_id := coalesce(p_tenant_id, v_tenant_id);
  role := case when p_tenant_id is null then 'owner' else p_tenant_role end;
  update accounts set default_tenant_id = tenant_id where id = account_id;
  delete from setup_codes;
  insert into audit_log (account_id, tenant_id, action, address, detail) values (
    account_id, tenant_id, 'account-created', p_address,
    jsonb_build_object('registration', p_registration, 'isInstanceOwner', v_is_first)
  );
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.create_account(p_email text, p_name text, p_password_hash text, p_registration text, p_is_code_required boolean, p_code text, p_tenant_id uuid, p_tenant_role text, p_address text, p_invitation_hash bytea)
 RETURNS TABLE(outcome text, account_id uuid, tenant_id uuid, role text, created_at timestamp with time zone)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select * from create_account(
    p_email, p_name, p_password_hash,
    case when exists (
      select from invitations i
      where i.secret_hash = p_invitation_hash and i.accepted_at is null and i.revoked_at is null
        and i.expires_at > now() and (i.email is null or i.email = p_email)
    ) then 'invitation' else p_registration end,
    p_is_code_required, p_code, p_tenant_id, p_tenant_role, p_address
  )
$function$
;
CREATE OR REPLACE FUNCTION public.effective_limits(p_plans jsonb, p_plan text, p_overrides jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select jsonb_strip_nulls(coalesce(p_plans -> p_plan, '{}') || p_overrides) $function$
;
CREATE OR REPLACE FUNCTION public.end_access()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update sessions set revoked_at = now()
    where account_id = old.account_id and tenant_id = old.tenant_id and revoked_at is null;
  update access_keys set revoked_at = now()
    where account_id = old.account_id and tenant_id = old.tenant_id and revoked_at is null;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.ended_outside_sessions(p_limit integer)
 RETURNS TABLE(session_id uuid, outside_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select o.session_id, o.outside_id
  from outside_sessions o join sessions s on s.id = o.session_id
  where o.ended_at is null and s.revoked_at is not null
  limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.every_tenant(p_only uuid, p_after uuid, p_limit integer)
 RETURNS TABLE(id uuid, name text, slug text, is_personal boolean, plan text, limit_overrides jsonb, member_count integer, created_at timestamp with time zone, suspended_at timestamp with time zone, suspension_reason text, deletion_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.name, t.slug, t.personal_of is not null, t.plan, t.limit_overrides,
    (select count(*)::integer from memberships m where m.tenant_id = t.id), t.created_at, t.suspended_at,
    t.suspension_reason, t.deletion_at
  from tenants t where (p_only is null or t.id = p_only) and (p_after is null or t.id > p_after)
  order by t.id limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.every_tenant_for_instance_owner(p_only uuid, p_after uuid, p_limit integer)
 RETURNS TABLE(id uuid, name text, slug text, is_personal boolean, plan text, limit_overrides jsonb, member_count integer, created_at timestamp with time zone, suspended_at timestamp with time zone, suspension_reason text, deletion_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select * from every_tenant(p_only, p_after, p_limit) where is_instance_owner()$function$
;
CREATE OR REPLACE FUNCTION public.find_access_key(p_secret_hash bytea)
 RETURNS TABLE(key_id uuid, scope text, account_id uuid, tenant_id uuid, role text, email text, name text, is_suspended boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_used_at timestamptz;
begin
  select k.id, k.scope, a.id, k.tenant_id, m.role, a.email, a.name, t.suspended_at is not null, k.last_used_at
    into key_id, scope, account_id, tenant_id, role, email, name, is_suspended, v_used_at
    from access_keys k
    join accounts a on a.id = k.account_id and a.disabled_at is null
    join memberships m on m.account_id = k.account_id and m.tenant_id = k.tenant_id
    join tenants t on t.id = k.tenant_id
    where k.secret_hash = p_secret_hash and k.revoked_at is null;
  if not found then
    return;
  end if;
  if v_used_at is null or v_used_at < now() - interval '1 minute' then
    update access_keys k set last_used_at = now() where k.id = key_id;
  end if;
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.find_account_by_email(p_email text)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, password_hash text, tenant_id uuid, role text, has_totp boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, c.password_hash, h.tenant_id, h.role,
    exists (select from totp_secrets t where t.account_id = a.id and t.confirmed_at is not null)
  from accounts a left join credentials c on c.account_id = a.id, home_membership(a.id) h
  where a.email = p_email and a.disabled_at is null
$function$
;
CREATE OR REPLACE FUNCTION public.find_account_by_id(p_account_id uuid)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from accounts a, home_membership(a.id) h
  where a.id = p_account_id and a.disabled_at is null
$function$
;
CREATE OR REPLACE FUNCTION public.find_account_by_identity(p_identity_id uuid)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from accounts a, home_membership(a.id) h
  where a.identity_id = p_identity_id and a.disabled_at is null
$function$
;
CREATE OR REPLACE FUNCTION public.find_account_by_sign_on(p_issuer text, p_subject text)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from single_sign_ons s join accounts a on a.id = s.account_id and a.disabled_at is null, home_membership(a.id) h
  where s.issuer = p_issuer and s.subject = p_subject
$function$
;
CREATE OR REPLACE FUNCTION public.find_invitation(p_secret_hash bytea)
 RETURNS TABLE(state text, tenant_name text, invited_by text, role text, expires_at timestamp with time zone, is_bound boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select invitation_state(i), t.name, a.name, i.role, i.expires_at, i.email is not null
  from invitations i join tenants t on t.id = i.tenant_id left join accounts a on a.id = i.invited_by
  where i.secret_hash = p_secret_hash
$function$
;
CREATE OR REPLACE FUNCTION public.find_login(p_email text)
 RETURNS TABLE(account_id uuid, email text, name text, created_at timestamp with time zone, password_hash text, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.created_at, c.password_hash, h.tenant_id, h.role
  from accounts a join credentials c on c.account_id = a.id, home_membership(a.id) h
  where a.email = p_email and a.disabled_at is null
$function$
;
CREATE OR REPLACE FUNCTION public.find_mail_token(p_token_hash bytea)
 RETURNS TABLE(account_id uuid, purpose text, email text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.account_id, t.purpose, t.email from mail_tokens t
  where t.token_hash = p_token_hash and t.expires_at > now()
$function$
;
CREATE OR REPLACE FUNCTION public.find_passkey(p_credential_id bytea)
 RETURNS TABLE(passkey_id uuid, public_key bytea, counter bigint, transports text[], account_id uuid, email text, name text, created_at timestamp with time zone, tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select p.id, p.public_key, p.counter, p.transports, a.id, a.email, a.name, a.created_at, h.tenant_id, h.role
  from passkeys p join accounts a on a.id = p.account_id and a.disabled_at is null, home_membership(a.id) h
  where p.credential_id = p_credential_id
$function$
;
CREATE OR REPLACE FUNCTION public.find_session(p_secret_hash bytea, p_idle interval, p_longest interval, p_address text)
 RETURNS TABLE(session_id uuid, account_id uuid, tenant_id uuid, role text, email text, name text, csrf_secret bytea, expires_at timestamp with time zone, proved_at timestamp with time zone, is_suspended boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_seen_at timestamptz;
begin
  select s.id, a.id, s.tenant_id, m.role, a.email, a.name, s.csrf_secret, s.expires_at, s.proved_at,
      t.suspended_at is not null, s.last_seen_at
    into session_id, account_id, tenant_id, role, email, name, csrf_secret, expires_at, proved_at, is_suspended, v_seen_at
    from sessions s
    join accounts a on a.id = s.account_id and a.disabled_at is null
    join memberships m on m.account_id = s.account_id and m.tenant_id = s.tenant_id
    join tenants t on t.id = s.tenant_id
    where (s.secret_hash = p_secret_hash or (s.previous_secret_hash = p_secret_hash and s.previous_until > now()))
      and s.revoked_at is null and s.expires_at > now();
  if not found then
    return;
  end if;
  if v_seen_at < now() - interval '1 minute' then
    update sessions s
      set last_seen_at = now(), address = p_address,
        expires_at = greatest(s.expires_at, least(now() + p_idle, s.created_at + p_longest))
      where s.id = session_id
      returning s.expires_at into expires_at;
  end if;
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.find_tenant(p_reference text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select id from tenants where slug = lower(p_reference) or id::text = lower(p_reference)$function$
;
CREATE OR REPLACE FUNCTION public.follow_identity(p_identity_id uuid, p_email text, p_verified_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from accounts where email = p_email and identity_id is distinct from p_identity_id) then
    return false;
  end if;
  update accounts set email = p_email, email_verified_at = p_verified_at, updated_at = now()
    where identity_id = p_identity_id
      and (email <> p_email or (email_verified_at is null) <> (p_verified_at is null));
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.has_accounts()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select exists (select from accounts)$function$
;
CREATE OR REPLACE FUNCTION public.home_membership(p_account_id uuid)
 RETURNS TABLE(tenant_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select m.tenant_id, m.role
  from memberships m join accounts a on a.id = m.account_id join tenants t on t.id = m.tenant_id
  where m.account_id = p_account_id
  order by (m.tenant_id = a.default_tenant_id) is true desc, (t.personal_of = a.id) is true desc, m.created_at
  limit 1
$function$
;
CREATE OR REPLACE FUNCTION public.invitation_state(p invitations)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select case when p.accepted_at is not null then 'accepted' when p.revoked_at is not null then 'revoked'
    when p.expires_at <= now() then 'expired' else 'open' end
$function$
;
CREATE OR REPLACE FUNCTION public.is_email_verified(p_account_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$select email_verified_at is not null from accounts where id = p_account_id$function$
;
CREATE OR REPLACE FUNCTION public.is_instance_owner()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (select from accounts where id = reader_user_id() and is_instance_owner and disabled_at is null)
$function$
;
CREATE OR REPLACE FUNCTION public.is_invited(p_secret_hash bytea, p_email text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (
    select from invitations i
    where i.secret_hash = p_secret_hash and i.accepted_at is null and i.revoked_at is null
      and i.expires_at > now() and (i.email is null or i.email = p_email)
  )
$function$
;
CREATE OR REPLACE FUNCTION public.join_by_domain(p_domain text, p_address text)
 RETURNS TABLE(outcome text, tenant_id uuid, tenant_name text, role text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  select j.tenant_id, j.tenant_name, j.role into tenant_id, tenant_name, role
    from joinable_tenants() j where j.domain = p_domain;
  outcome := case when tenant_id is null then 'not-found' else take_seat(tenant_id, reader_user_id(), role) end;
  if outcome = 'joined' then
    insert into audit_log (account_id, tenant_id, action, address, detail) values (
      reader_user_id(), tenant_id, 'member-joined', p_address, jsonb_build_object('domain', p_domain, 'role', role)
    );
  end if;
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.joinable_tenants()
 RETURNS TABLE(tenant_id uuid, tenant_name text, domain text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.name, d.domain, d.role
  from accounts a
    join tenant_domains d on d.domain = split_part(a.email, '@', 2) and d.verified_at is not null and d.lost_at is null
    join tenants t on t.id = d.tenant_id and t.suspended_at is null and t.deletion_at is null
  where a.id = reader_user_id() and a.email_verified_at is not null and a.disabled_at is null
    and not exists (select from memberships m where m.tenant_id = t.id and m.account_id = a.id)
$function$
;
CREATE OR REPLACE FUNCTION public.keep_challenge(p_secret_hash bytea, p_kind text, p_account_id uuid, p_sealed_state bytea, p_life interval)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into challenges (secret_hash, kind, account_id, sealed_state, expires_at)
    values (p_secret_hash, p_kind, p_account_id, p_sealed_state, now() + p_life)
$function$
;
CREATE OR REPLACE FUNCTION public.link_identity(p_account_id uuid, p_identity_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (select from accounts where identity_id = p_identity_id and id <> p_account_id) then
    return false;
  end if;
  update accounts set identity_id = p_identity_id, updated_at = now()
    where id = p_account_id and (identity_id is null or identity_id = p_identity_id);
  return found;
end $function$
;
CREATE OR REPLACE FUNCTION public.list_accounts()
 RETURNS TABLE(account_id uuid, email text, name text, is_instance_owner boolean, tenant_id uuid, role text, created_at timestamp with time zone, last_seen_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.email, a.name, a.is_instance_owner, h.tenant_id, h.role, a.created_at,
    (select max(s.last_seen_at) from sessions s where s.account_id = a.id)
  from accounts a left join lateral home_membership(a.id) h on true
  order by a.created_at, a.id
$function$
;
CREATE OR REPLACE FUNCTION public.list_tenants(p_after uuid, p_limit integer)
 RETURNS TABLE(tenant_id uuid, limits jsonb, suspended_at timestamp with time zone, member_ids uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.limits, t.suspended_at,
    coalesce((select array_agg(m.account_id) from memberships m where m.tenant_id = t.id), '{}')
  from tenants t where p_after is null or t.id > p_after order by t.id limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.make_audit_month(p_month timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_name constant text := to_char(p_month at time zone 'UTC', '"audit_log_"YYYY_MM');
begin
  if to_regclass('public.' || v_name) is null then
    perform make_audit_partition(v_name, format(
      'for values from (%L) to (%L)', p_month, date_trunc('month', p_month + interval '32 days', 'UTC')));
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.make_audit_partition(p_name text, p_bounds text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  execute format('create table public.%I partition of public.audit_log %s', p_name, p_bounds);
  execute format('alter table public.%I enable row level security', p_name);
  execute format('alter table public.%I force row level security', p_name);
  execute format('create policy audit_log_owner on public.%I to auth_owner using (true) with check (true)', p_name);
  execute format('create trigger audit_log_append_only before update or delete or truncate on public.%I
    for each statement execute function public.refuse_change()', p_name);
end $function$
;
CREATE OR REPLACE FUNCTION public.make_imported_tenant(p_job_id uuid, p_tenant_id uuid, p_old_tenant_id uuid, p_name text, p_slug text, p_settings jsonb, p_created_at timestamp with time zone, p_was_owner boolean, p_plan text, p_plans jsonb, p_maximum integer)
 RETURNS TABLE(outcome text, is_trusted boolean, has_slug boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_job tenant_jobs;
  v_standing removed_tenants;
begin
  perform from accounts a where a.id = reader_user_id() for no key update;
  select * into v_job from tenant_jobs j
    where j.id = p_job_id and j.kind = 'import' and j.account_id = reader_user_id() and j.tenant_id is null for update;
  if not found then
    outcome := 'not-found';
  elsif p_maximum <= (
      select count(*) from memberships m join tenants t on t.id = m.tenant_id
      where m.account_id = reader_user_id() and m.role = 'owner' and t.personal_of is null
    ) then
    outcome := 'limit-reached';
  else
    outcome := 'created';
  end if;
  if outcome <> 'created' then
    return next;
    return;
  end if;
  is_trusted := p_was_owner
    and exists (select from tenant_archives a where a.digest = v_job.digest and a.tenant_id = p_old_tenant_id);
  if is_trusted then
    update removed_tenants r set restored_as = p_tenant_id
      where r.tenant_id = p_old_tenant_id and r.restored_as is null returning * into v_standing;
  end if;
  has_slug := p_slug is not null and not exists (select from tenants t where t.slug = p_slug);
  insert into tenants (id, name, slug, settings, created_at, plan, limit_overrides, limits, suspended_at, suspension_reason)
    values (
      p_tenant_id, p_name, case when has_slug then p_slug end, p_settings,
      case when is_trusted then p_created_at else now() end,
      coalesce(v_standing.plan, p_plan), coalesce(v_standing.limit_overrides, '{}'),
      effective_limits(p_plans, coalesce(v_standing.plan, p_plan), coalesce(v_standing.limit_overrides, '{}')),
      v_standing.suspended_at, coalesce(v_standing.suspension_reason, '')
    );
  insert into memberships (tenant_id, account_id, role) values (p_tenant_id, reader_user_id(), 'owner');
  update tenant_jobs j set tenant_id = p_tenant_id, is_trusted = make_imported_tenant.is_trusted where j.id = p_job_id;
  insert into audit_log (account_id, tenant_id, action, detail) values (
    reader_user_id(), p_tenant_id, 'tenant-imported', jsonb_build_object('from', p_old_tenant_id, 'isTrusted', is_trusted)
  );
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.make_own_team(p_name text, p_slug text, p_plan text, p_plans jsonb, p_maximum integer, p_address text)
 RETURNS TABLE(outcome text, tenant_id uuid)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select * from make_team(reader_user_id(), p_name, p_slug, p_plan, p_plans, p_maximum, p_address)
$function$
;
CREATE OR REPLACE FUNCTION public.make_team(p_owner_id uuid, p_name text, p_slug text, p_plan text, p_plans jsonb, p_maximum integer, p_address text)
 RETURNS TABLE(outcome text, tenant_id uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
begin
  -- Two requests at once of one account count each other.
  perform from accounts a where a.id = p_owner_id for no key update;
  outcome := case
    when p_maximum <= (
        select count(*) from memberships m join tenants t on t.id = m.tenant_id
        where m.account_id = p_owner_id and m.role = 'owner' and t.personal_of is null
      ) then 'limit-reached'
    when p_slug is not null and exists (select from tenants t where t.slug = p_slug) then 'name-taken'
    else 'created'
  end;
  if outcome <> 'created' then
    return next;
    return;
  end if;
  insert into tenants (name, slug, plan, limits)
    values (p_name, p_slug, p_plan, effective_limits(p_plans, p_plan, '{}')) returning tenants.id into tenant_id;
  insert into memberships (tenant_id, account_id, role) values (tenant_id, p_owner_id, 'owner');
  insert into audit_log (account_id, tenant_id, action, address, detail)
    values (p_owner_id, tenant_id, 'tenant-created', p_address, jsonb_build_object('name', p_name));
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.note_job_run(given_job text, given_every integer, given_error text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  insert into job_runs as r (service, job, every_seconds, last_run_at, last_success_at, error)
  values (session_user, given_job, given_every, now(), case when given_error is null then now() end, given_error)
  on conflict (service, job) do update set every_seconds = excluded.every_seconds, last_run_at = excluded.last_run_at,
    last_success_at = coalesce(excluded.last_success_at, r.last_success_at), error = excluded.error;
$function$
;
CREATE OR REPLACE FUNCTION public.outside_session_ended(p_session_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$update outside_sessions set ended_at = now() where session_id = p_session_id$function$
;
CREATE OR REPLACE FUNCTION public.own_memberships()
 RETURNS TABLE(tenant_id uuid, name text, role text, is_personal boolean, is_suspended boolean, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.name, m.role, t.personal_of is not distinct from m.account_id, t.suspended_at is not null, m.created_at
  from memberships m join tenants t on t.id = m.tenant_id
  where m.account_id = reader_user_id()
  order by m.created_at, t.id
$function$
;
CREATE OR REPLACE FUNCTION public.own_tenants(p_after uuid, p_limit integer)
 RETURNS TABLE(id uuid, name text, slug text, is_personal boolean, role text, member_count integer, suspended_at timestamp with time zone, deletion_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select t.id, t.name, t.slug, t.personal_of is not null, m.role,
    (select count(*)::integer from memberships o where o.tenant_id = t.id), t.suspended_at, t.deletion_at
  from memberships m join tenants t on t.id = m.tenant_id
  where m.account_id = reader_user_id() and (p_after is null or t.id > p_after)
  order by t.id limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.prepare_audit_log(p_months_kept integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
declare
  v_this_month constant timestamptz := date_trunc('month', now(), 'UTC');
  v_oldest constant timestamptz :=
    date_trunc('month', now() - make_interval(months => greatest(p_months_kept, 3)), 'UTC');
  v_name text;
  v_month timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.audit_log', 0));
  if exists (select from audit_log_default) then
    alter table audit_log detach partition audit_log_default;
    alter table audit_log_default rename to audit_log_waiting;
    alter table audit_log_waiting rename constraint audit_log_default_pkey to audit_log_waiting_pkey;
    perform make_audit_partition('audit_log_default', 'default');
  end if;
  for v_month in
    select v_this_month + make_interval(months => n) from generate_series(0, 2) n
  loop
    perform make_audit_month(v_month);
  end loop;
  if to_regclass('public.audit_log_waiting') is not null then
    for v_month in select distinct date_trunc('month', at, 'UTC') from audit_log_waiting loop
      perform make_audit_month(v_month);
    end loop;
    insert into audit_log overriding system value select * from audit_log_waiting;
    drop table audit_log_waiting;
  end if;
  for v_name in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relname ~ '^audit_log_\d{4}_\d{2}$' and relispartition
      and relname < to_char(v_oldest at time zone 'UTC', '"audit_log_"YYYY_MM')
  loop
    execute format('drop table public.%I', v_name);
  end loop;
end $function$
;
CREATE OR REPLACE FUNCTION public.publish_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  noun constant text := rtrim(tg_table_name, 's');
  verb constant text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'removed' end;
  changed constant jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
  if tg_op = 'UPDATE' and new is not distinct from old then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('auth.outbox', 0));
  insert into outbox (event, payload) values (noun || '-' || verb, changed);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.reader_is_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (
    select from memberships
    where account_id = reader_user_id() and tenant_id = reader_tenant_id() and role in ('owner', 'admin')
  )
$function$
;
CREATE OR REPLACE FUNCTION public.reader_is_instance_owner()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (select from accounts where id = reader_user_id() and is_instance_owner)
$function$
;
CREATE OR REPLACE FUNCTION public.reader_tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.tenant_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.reader_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (current_setting('alt.user_id'::text))::uuid
;
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name;
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_due_tenant()
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_id uuid;
begin
  select id into v_id from tenants where deletion_at <= now() order by deletion_at limit 1 for update skip locked;
  if v_id is not null then
    perform remove_tenant(v_id, 'owner');
  end if;
  return v_id;
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_expired()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from sessions where expires_at < now() - interval '30 days' or revoked_at < now() - interval '30 days';
  delete from throttles where updated_at < now() - interval '2 days' and (locked_until is null or locked_until < now());
  delete from outbox where at < now() - interval '30 days' and id < (select max(id) from outbox);
$function$
;
CREATE OR REPLACE FUNCTION public.remove_expired_identities()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from challenges where expires_at < now();
  delete from mail_tokens where expires_at < now();
  delete from totp_secrets where confirmed_at is null and created_at < now() - interval '1 day';
$function$
;
CREATE OR REPLACE FUNCTION public.remove_expired_jobs()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$delete from tenant_jobs where expires_at <= now() and (claimed_until is null or claimed_until <= now())$function$
;
CREATE OR REPLACE FUNCTION public.remove_own_account()
 RETURNS TABLE(outcome text, tenants jsonb)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_account_id constant uuid := reader_user_id();
  v_tenant tenants;
begin
  -- No account is made, and no owner of these tenants leaves, while this one is removed.
  perform pg_advisory_xact_lock(hashtextextended('auth.create_account', 0));
  perform from tenants t where t.id in (select m.tenant_id from memberships m where m.account_id = v_account_id)
    order by t.id for update;
  tenants := (
    select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name, t.id)
    from tenants t join memberships m on m.tenant_id = t.id and m.account_id = v_account_id
    where m.role = 'owner'
      and exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id)
      and not exists (
        select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id and o.role = 'owner'
      )
  );
  outcome := case
    when tenants is not null then 'only-owner'
    when (select a.is_instance_owner from accounts a where a.id = v_account_id)
      and exists (select from accounts a where a.id <> v_account_id) then 'instance-owner'
    else 'removed'
  end;
  if outcome = 'removed' then
    for v_tenant in
      select t.* from tenants t join memberships m on m.tenant_id = t.id and m.account_id = v_account_id
      where not exists (select from memberships o where o.tenant_id = t.id and o.account_id <> v_account_id)
      order by t.id
    loop
      if v_tenant.personal_of is null then
        perform remove_tenant(v_tenant.id, 'owner');
      else
        delete from tenants where id = v_tenant.id;
        insert into removed_tenants (tenant_id, plan, limit_overrides, suspended_at, suspension_reason) values (
          v_tenant.id, v_tenant.plan, v_tenant.limit_overrides, v_tenant.suspended_at, v_tenant.suspension_reason);
      end if;
    end loop;
    delete from accounts a where a.id = v_account_id;
  end if;
  return next;
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_second_factor(p_email text)
 RETURNS TABLE(account_id uuid, had_totp boolean)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_tenant(p_tenant_id uuid, p_by text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_tenant tenants;
begin
  delete from tenants where id = p_tenant_id and personal_of is null returning * into v_tenant;
  if not found then
    return false;
  end if;
  insert into removed_tenants (tenant_id, plan, limit_overrides, suspended_at, suspension_reason)
    values (v_tenant.id, v_tenant.plan, v_tenant.limit_overrides, v_tenant.suspended_at, v_tenant.suspension_reason);
  insert into audit_log (tenant_id, action, detail)
    values (v_tenant.id, 'tenant-removed', jsonb_build_object('name', v_tenant.name, 'by', p_by));
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.remove_used_codes()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$delete from used_codes where used_at < now() - interval '1 hour'$function$
;
CREATE OR REPLACE FUNCTION public.replace_password(p_email text, p_password_hash text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.restore_domain(p_job_id uuid, p_domain text, p_verified_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('auth.domain ' || p_domain, 0));
  update tenant_domains d set verified_at = p_verified_at, next_check_at = now()
    where d.tenant_id = reader_tenant_id() and d.domain = p_domain
      and exists (
        select from tenant_jobs j where j.id = p_job_id and j.kind = 'import' and j.is_trusted
          and j.account_id = reader_user_id() and j.tenant_id = reader_tenant_id()
      )
      and not exists (select from tenant_domains o where o.domain = p_domain and o.verified_at is not null);
end $function$
;
CREATE OR REPLACE FUNCTION public.restore_member(p_job_id uuid, p_account_id uuid, p_email text, p_role text, p_joined_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
      select from tenant_jobs j where j.id = p_job_id and j.kind = 'import' and j.is_trusted
        and j.account_id = reader_user_id() and j.tenant_id = reader_tenant_id()
    ) or not exists (select from accounts a where a.id = p_account_id and a.email = p_email) then
    return false;
  end if;
  insert into memberships (tenant_id, account_id, role, created_at)
    values (reader_tenant_id(), p_account_id, p_role, p_joined_at)
    on conflict (tenant_id, account_id) do update set created_at = excluded.created_at;
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.take_challenge(p_secret_hash bytea, p_kind text)
 RETURNS TABLE(account_id uuid, sealed_state bytea)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  delete from challenges c
    where c.secret_hash = p_secret_hash and c.kind = p_kind and c.expires_at > now()
    returning c.account_id, c.sealed_state
$function$
;
CREATE OR REPLACE FUNCTION public.take_seat(p_tenant_id uuid, p_account_id uuid, p_role text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_tenant tenants;
begin
  select * into v_tenant from tenants where id = p_tenant_id for no key update;
  if not found then
    return 'no-tenant';
  elsif exists (select from memberships where tenant_id = p_tenant_id and account_id = p_account_id) then
    return 'is-member';
  elsif v_tenant.suspended_at is not null then
    return 'tenant-suspended';
  elsif v_tenant.deletion_at is not null then
    return 'tenant-deleting';
  elsif (select count(*) from memberships where tenant_id = p_tenant_id) >= (v_tenant.limits ->> 'users')::bigint then
    return 'limit-reached';
  end if;
  insert into memberships (tenant_id, account_id, role) values (p_tenant_id, p_account_id, p_role);
  return 'joined';
end $function$
;
CREATE OR REPLACE FUNCTION public.tenant_people(p_tenant_id uuid, p_after uuid, p_limit integer)
 RETURNS TABLE(id uuid, name text, email text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select a.id, a.name, a.email, m.role
  from memberships m join accounts a on a.id = m.account_id
  where m.tenant_id = p_tenant_id and a.disabled_at is null and (p_after is null or a.id > p_after)
  order by a.id limit p_limit
$function$
;
CREATE OR REPLACE FUNCTION public.try_challenge(p_secret_hash bytea, p_kind text, p_maximum integer)
 RETURNS TABLE(account_id uuid, sealed_state bytea)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  update challenges c set attempts = c.attempts + 1
    where c.secret_hash = p_secret_hash and c.kind = p_kind and c.expires_at > now() and c.attempts < p_maximum
    returning c.account_id, c.sealed_state
$function$
;
CREATE OR REPLACE FUNCTION public.undo_import(p_job_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from tenant_jobs
    where id = p_job_id and kind = 'import' and account_id = reader_user_id() and state <> 'done';
  if v_tenant_id is null then
    return;
  end if;
  update tenant_jobs set tenant_id = null where id = p_job_id;
  update removed_tenants set restored_as = null where restored_as = v_tenant_id;
  delete from tenants where id = v_tenant_id;
end $function$
;

-- triggers

CREATE TRIGGER accounts_publish AFTER INSERT OR DELETE OR UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION publish_change();
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER memberships_end_access AFTER DELETE ON public.memberships FOR EACH ROW EXECUTE FUNCTION end_access();
CREATE TRIGGER memberships_publish AFTER INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION publish_change();
CREATE TRIGGER tenants_publish AFTER INSERT OR DELETE OR UPDATE ON public.tenants FOR EACH ROW EXECUTE FUNCTION publish_change();

-- grants

grant delete, insert, select on mail_tokens to auth_service;
grant delete, insert, select on tenant_job_pieces to tenant_service;
grant delete, insert, select, update (attempts), update (claimed_until), update (error), update (next_attempt_at) on mails to auth_service;
grant delete, insert, select, update (checked_at), update (lost_at), update (next_check_at), update (role) on tenant_domains to tenant_service;
grant delete, insert, select, update (claimed_by), update (claimed_until), update (digest), update (error), update (expires_at), update (finished_at), update (next_attempt_at), update (remarks), update (rows), update (size_bytes), update (state), update (step) on tenant_jobs to tenant_service;
grant delete, insert, select, update (confirmed_at), update (last_step) on totp_secrets to auth_service;
grant delete, insert, select, update (counter), update (last_used_at), update (name) on passkeys to auth_service;
grant delete, insert, select, update (email), update (last_used_at) on single_sign_ons to auth_service;
grant delete, insert, select, update (private_jwk), update (sealed_jwk) on signing_keys to auth_service;
grant delete, insert, select, update (used_at) on recovery_codes to auth_service;
grant delete, insert, select, update on known_origins to auth_service;
grant delete, insert, select, update on throttles to auth_service;
grant delete, select, update (role) on memberships to tenant_service;
grant execute on function accept_invitation(bytea,text) to tenant_service;
grant execute on function administer_tenant_as_instance_owner(uuid,boolean,text,text,jsonb,jsonb,text) to tenant_service;
grant execute on function apply_plans(jsonb) to tenant_service;
grant execute on function begin_attempt(text,integer,interval,interval,interval) to auth_service;
grant execute on function challenged_email(bytea) to auth_service;
grant execute on function claim_domain_check() to tenant_service;
grant execute on function claim_tenant_job(text,interval,integer) to tenant_service;
grant execute on function confirm_domain(uuid) to tenant_service;
grant execute on function confirm_new_email(uuid) to auth_service;
grant execute on function count_distinct(text,text[],interval) to auth_service;
grant execute on function count_request(text,integer,interval) to auth_service;
grant execute on function count_requests(text[],integer[],interval[]) to auth_service;
grant execute on function create_account(text,text,text,text,boolean,text,uuid,text,text) to auth_service;
grant execute on function create_account(text,text,text,text,boolean,text,uuid,text,text,bytea) to auth_service;
grant execute on function ended_outside_sessions(integer) to auth_service;
grant execute on function every_tenant_for_instance_owner(uuid,uuid,integer) to tenant_service;
grant execute on function find_access_key(bytea) to auth_service;
grant execute on function find_account_by_email(text) to auth_service;
grant execute on function find_account_by_id(uuid) to auth_service;
grant execute on function find_account_by_identity(uuid) to auth_service;
grant execute on function find_account_by_sign_on(text,text) to auth_service;
grant execute on function find_invitation(bytea) to tenant_service;
grant execute on function find_login(text) to auth_service;
grant execute on function find_mail_token(bytea) to auth_service;
grant execute on function find_passkey(bytea) to auth_service;
grant execute on function find_session(bytea,interval,interval,text) to auth_service;
grant execute on function follow_identity(uuid,text,timestamp with time zone) to auth_service;
grant execute on function has_accounts() to auth_service;
grant execute on function invitation_state(invitations) to tenant_service;
grant execute on function is_email_verified(uuid) to auth_service;
grant execute on function is_instance_owner() to tenant_service;
grant execute on function is_invited(bytea,text) to auth_service;
grant execute on function join_by_domain(text,text) to tenant_service;
grant execute on function joinable_tenants() to tenant_service;
grant execute on function keep_challenge(bytea,text,uuid,bytea,interval) to auth_service;
grant execute on function link_identity(uuid,uuid) to auth_service;
grant execute on function list_tenants(uuid,integer) to auth_service;
grant execute on function make_imported_tenant(uuid,uuid,uuid,text,text,jsonb,timestamp with time zone,boolean,text,jsonb,integer) to tenant_service;
grant execute on function make_own_team(text,text,text,jsonb,integer,text) to tenant_service;
grant execute on function note_job_run(text,integer,text) to auth_service;
grant execute on function note_job_run(text,integer,text) to tenant_service;
grant execute on function outside_session_ended(uuid) to auth_service;
grant execute on function own_memberships() to auth_service;
grant execute on function own_tenants(uuid,integer) to tenant_service;
grant execute on function prepare_audit_log(integer) to auth_service;
grant execute on function reader_is_admin() to auth_service;
grant execute on function reader_is_instance_owner() to auth_service;
grant execute on function reader_tenant_id() to auth_service;
grant execute on function reader_tenant_id() to tenant_service;
grant execute on function reader_user_id() to auth_service;
grant execute on function reader_user_id() to tenant_service;
grant execute on function remove_due_tenant() to tenant_service;
grant execute on function remove_expired() to auth_service;
grant execute on function remove_expired_identities() to auth_service;
grant execute on function remove_expired_jobs() to tenant_service;
grant execute on function remove_own_account() to auth_service;
grant execute on function remove_used_codes() to auth_service;
grant execute on function restore_domain(uuid,text,timestamp with time zone) to tenant_service;
grant execute on function restore_member(uuid,uuid,text,text,timestamp with time zone) to tenant_service;
grant execute on function take_challenge(bytea,text) to auth_service;
grant execute on function tenant_people(uuid,uuid,integer) to auth_service;
grant execute on function try_challenge(bytea,text,integer) to auth_service;
grant execute on function undo_import(uuid) to tenant_service;
grant insert on tenant_archives to tenant_service;
grant insert, select on archived_audit_lines to tenant_service;
grant insert, select on guard_secrets to auth_service;
grant insert, select on setup_codes to auth_service;
grant insert, select on used_codes to auth_service;
grant insert, select, update (changed_at), update (password_hash) on credentials to auth_service;
grant insert, select, update (created_at), update (expires_at), update (invited_by), update (mailed_at), update (revoked_at), update (secret_hash) on invitations to tenant_service;
grant insert, select, update (expires_at), update (previous_secret_hash), update (previous_until), update (proved_at), update (revoked_at), update (secret_hash), update (tenant_id) on sessions to auth_service;
grant insert, select, update (revoked_at) on access_keys to auth_service;
grant insert, select, update (settings_flow_id) on outside_sessions to auth_service;
grant select (email), select (id), select (name) on accounts to tenant_service;
grant select on memberships to auth_service;
grant select on outbox to auth_service;
grant select on tenants to auth_service;
grant select, update (default_tenant_id), update (email), update (email_verified_at), update (name), update (updated_at) on accounts to auth_service;
grant select, update (deletion_at), update (name), update (settings), update (slug), update (updated_at), update (version) on tenants to tenant_service;
grant usage on schema public to public;
