-- What alt_backend may do in `alt`. Applied after every migration, after everything was taken back.
grant usage on schema public to alt_backend;
grant select on tenants, readers, auth_position, articles, article_contents, article_keyphrases, article_summaries,
  article_tags, tags, tag_aliases to alt_backend;
grant select (id, url, tenant_id, host, site_url, title, description, language, image_url, format, created_at,
  subscriber_count, wants_full_text, next_poll_at, priority, state, last_polled_at, last_success_at, last_changed_at,
  last_status, error_code, error_message, error_count, failing_since, retry_after_at, repaired_from) on feeds to alt_backend;
grant update (settings, settings_version) on readers to alt_backend;
grant select on subscriptions, counters, entries to alt_backend;
grant update (title) on subscriptions to alt_backend;
grant update (unread, read_through, read_before, is_settled) on counters to alt_backend;
grant update (revision, arrival_revision, is_read, is_starred, hidden_reason, folded_into, read_at) on entries to alt_backend;
grant select, insert, update, delete on subscription_folders, folders, labels, entry_labels, rules, saved_searches,
  tag_vetoes, highlights, notes, shares to alt_backend;
grant select, insert, update on recaps, recap_outlets to alt_backend;
grant maintain on entries to alt_backend;
grant execute on function current_user_id, current_tenant_id, current_reader_id, is_covered, ensure_reader, begin_change,
  begin_structure_change, revisions_of, subscribe, unsubscribe, request_poll, request_polls, request_feed_full_text,
  request_full_text, ensure_feed, settle_next, settle_finish, retain, collect_garbage,
  miscounted, follow_changes, reconcile_tenants, purge_leavers, begin_reset,
  recap_feed, claim_recap_outlets, new_mail_token, recap_mail, confirm_recap_mail, end_recap_mail, related_candidates,
  touch_next, forget_tombstones, begin_tag_change, count_asking, uncount_asking to alt_backend;
-- One story, once.
grant select on cluster_members, entry_splits to alt_backend;
grant execute on function split_entry, rejoin_entry to alt_backend;
-- Tags while they are made.
grant execute on function tag_progress to alt_backend;
-- Full texts as the tenant wants them.
grant select on feed_selectors, article_variants to alt_backend;
grant execute on function set_feed_selectors, set_auto_full_text to alt_backend;
-- Summaries.
grant update (wants_summary) on subscriptions to alt_backend;
grant execute on function entry_cards, entry_summaries, request_summary, switch_stage to alt_backend;
grant execute on function held_languages to alt_backend;
-- What a tenant's readers share.
grant select on folder_feeds, folder_leavers to alt_backend;
grant execute on function share_feeds, unshare_feeds, share_folders, remove_shared_folder, leave_folders, rejoin_folders,
  begin_shared_change, lock_tenant_readers, label_for_all, share_label, reset_tenant_readers to alt_backend;
grant execute on function seen_highlights, seen_notes to alt_backend;
-- Limits of tenants.
grant execute on function spend_llm_request, refund_llm_request, tenant_usage to alt_backend;
grant execute on function export_tenant_rows, begin_tenant_import, import_tenant_rows, end_tenant_import, export_inbound_keys,
  import_inbound_keys to alt_backend;
-- Rules: what they did is the platform's to write.
grant select, insert, delete on rule_switches to alt_backend;
grant select on rule_hits to alt_backend;
grant execute on function run_rule, export_rule_rows, import_rule_rows to alt_backend;

-- The account at Inoreader that is connected, and how it stands.
grant select, insert, delete on inoreader_connections to alt_backend;
grant update (wanted_at, confirmed_at) on inoreader_connections to alt_backend;
grant select on inoreader_budgets, inoreader_subscriptions, inoreader_items to alt_backend;
grant execute on function current_inoreader_connection, inoreader_watch to alt_backend;
-- What readers had elsewhere.
grant select, delete on inbound_items to alt_backend;
grant execute on function receive_inbound to alt_backend;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to alt_backend;
grant select, insert, update on reader_imports to alt_backend;
grant execute on function claim_reader_imports, purge_reader_imports to alt_backend;
-- Statistics: events are written and moved by functions; a reader sees their own, a tenant and the instance sums.
grant select on reading_events, reading_slots, reading_feed_days, reading_feed_months, feed_days to alt_backend;
grant execute on function record_reading, roll_reading, take_reading, erase_reading, erase_leavers_reading, reading_to_erase,
  reading_erased, prepare_reading_months, forget_old_reading, switch_statistics,
  switch_instance_statistics, tenants_keeping_less, tenant_reading, record_work, forget_old_work,
  platform_work, feed_behaviour, growth, sizes, switch_event_store, collect_work_hours, untold_days, collect_feed_day,
  take_work, return_work to alt_backend;
