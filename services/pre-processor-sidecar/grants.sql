-- What pre_processor_sidecar may do in `alt`: it works as the reader whose account is connected, on what is theirs.
grant usage on schema public to pre_processor_sidecar;
grant select on readers, tenants, counters, subscriptions, entries to pre_processor_sidecar;
grant select (id, url, tenant_id, title) on feeds to pre_processor_sidecar;
grant update (title) on subscriptions to pre_processor_sidecar;
grant update (revision, is_read, is_starred, read_at) on entries to pre_processor_sidecar;
grant select, insert on folders, labels to pre_processor_sidecar;
grant select, insert, delete on subscription_folders, entry_labels, inoreader_seen to pre_processor_sidecar;
grant select on inoreader_connections to pre_processor_sidecar;
grant update (state, problem_code, problem_message, next_run_at, failures, last_success_at, wanted_at, confirmed_at, lease_owner,
  lease_until, step, seen_revision, progress) on inoreader_connections to pre_processor_sidecar;
grant select, insert, update on inoreader_budgets to pre_processor_sidecar;
grant select, insert, update, delete on inoreader_subscriptions, inoreader_items to pre_processor_sidecar;
grant select (provider, account, generation, access) on external_tokens to pre_processor_sidecar;
grant execute on function current_user_id, current_tenant_id, current_reader_id, current_inoreader_connection, is_covered,
  begin_change, begin_structure_change, ensure_feed, subscribe, unsubscribe, claim_inoreader,
  absorb_inoreader, receive_inbound to pre_processor_sidecar;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to pre_processor_sidecar;
