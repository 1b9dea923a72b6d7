-- What auth_token_manager may do in `alt`: the tokens of external services, and nothing of any reader.
grant usage on schema public to auth_token_manager;
grant select, insert, update, delete on external_tokens, external_token_leases to auth_token_manager;

-- When its looks last succeeded, for `alt status`.
grant execute on function note_job_run to auth_token_manager;
