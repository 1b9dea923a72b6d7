-- What proves who somebody is, beside the password: one-time codes, recovery codes, passkeys; the challenges that are
-- being answered; and the mails that an account is sent.
--
-- `sealed` columns hold what ALT_SECRET_KEY encrypts, which is not in the database.

-- When the account showed that the mails of its present address reach it.
alter table accounts add column email_verified_at timestamptz(3);

-- RFC 6238. A step is used once an account: `last_step` only rises.
create table totp_secrets (
  account_id uuid primary key references accounts on delete cascade,
  sealed_secret bytea not null check (length(sealed_secret) between 29 and 500),
  last_step bigint not null default 0,
  created_at timestamptz(3) not null default now(),
  confirmed_at timestamptz(3)
);

-- The first letter of a code says its position, so that one hash is tried and not ten.
create table recovery_codes (
  account_id uuid not null references accounts on delete cascade,
  position smallint not null check (position between 0 and 9),
  code_hash text not null check (code_hash like '$argon2id$%'),
  used_at timestamptz(3),
  primary key (account_id, position)
);

create table passkeys (
  id uuid primary key default uuidv7(),
  account_id uuid not null references accounts on delete cascade,
  credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
  public_key bytea not null check (length(public_key) between 1 and 4000),
  counter bigint not null check (counter >= 0),
  transports text[] not null default '{}',
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz(3) not null default now(),
  last_used_at timestamptz(3)
);

create index passkeys_account on passkeys (account_id);

-- Something random that was handed out and waits to be answered, once. Kept as its hash. `sealed_state` is what the
-- provider of identities wants to see again with the answer.
create table challenges (
  secret_hash bytea primary key check (length(secret_hash) = 32),
  kind text not null check (kind in ('second-factor', 'passkey', 'passkey-registration')),
  account_id uuid references accounts on delete cascade,
  sealed_state bytea,
  attempts integer not null default 0,
  expires_at timestamptz(3) not null
);

create index challenges_account on challenges (account_id);
create index challenges_expiry on challenges (expires_at);

-- The secrets of links in mails. A newer link takes the place of an older one.
create table mail_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  account_id uuid not null references accounts on delete cascade,
  purpose text not null check (purpose in ('recovery', 'verification', 'email-change')),
  email text not null check (email = lower(email)),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  unique (account_id, purpose)
);

-- Mails that wait for the relay. To whom and what about is sealed; the links are made when they are sent.
create table mails (
  id uuid primary key default uuidv7(),
  sealed_content bytea not null,
  created_at timestamptz(3) not null default now(),
  next_attempt_at timestamptz(3) not null default now(),
  attempts integer not null default 0,
  claimed_until timestamptz(3),
  error text check (length(error) <= 500)
);

create index mails_due on mails (next_attempt_at);

alter table totp_secrets enable row level security;
alter table totp_secrets force row level security;
alter table recovery_codes enable row level security;
alter table recovery_codes force row level security;
alter table passkeys enable row level security;
alter table passkeys force row level security;
alter table challenges enable row level security;
alter table challenges force row level security;
alter table mail_tokens enable row level security;
alter table mail_tokens force row level security;
alter table mails enable row level security;
alter table mails force row level security;

create policy totp_secrets_owner on totp_secrets to auth_owner using (true) with check (true);
create policy recovery_codes_owner on recovery_codes to auth_owner using (true) with check (true);
create policy passkeys_owner on passkeys to auth_owner using (true) with check (true);
create policy challenges_owner on challenges to auth_owner using (true) with check (true);
create policy mail_tokens_owner on mail_tokens to auth_owner using (true) with check (true);
create policy mails_owner on mails to auth_owner using (true) with check (true);

create policy totp_secrets_own on totp_secrets to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy recovery_codes_own on recovery_codes to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy passkeys_own on passkeys to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
create policy mail_tokens_own on mail_tokens to auth_service
  using (account_id = (select reader_user_id())) with check (account_id = (select reader_user_id()));
-- The worker that sends them sees all; it can read none without the key.
create policy mails_worker on mails to auth_service using (true) with check (true);
