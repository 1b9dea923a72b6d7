-- breaking: earlier releases read the private halves of signing keys in the clear.
-- They are sealed under ALT_SECRET_KEY, which is not in the database: whoever reads the database or a backup of it makes no
-- tokens. What is in the clear is sealed by the next start.
alter table signing_keys
  alter column private_jwk drop not null,
  add column sealed_jwk bytea,
  add constraint signing_keys_one_half check (num_nonnulls(private_jwk, sealed_jwk) = 1);
