-- What pre_processor may do in `alt`: the feeds and articles that all readers share, never a reader's rows.
grant usage on schema public to pre_processor;
grant select, insert, update on hosts, feeds to pre_processor;
grant select, insert, update, delete on feed_documents, websub_subscriptions, articles, article_contents, article_stages,
  tombstones to pre_processor;
grant select on deliveries to pre_processor;
grant select, insert, update, delete on article_summaries to pre_processor;
grant execute on function summary_wishes to pre_processor;
grant execute on function allocate_article_ids, ensure_feed, deliver, deliver_all, deliver_next, touch_articles, move_feed,
  text_hash, article_texts, mark_for_index, start_stages to pre_processor;
-- After the first 1,000 articles the planner must learn what the tables hold.
grant maintain on hosts, feeds, feed_documents, articles, article_contents, article_stages, entries, counters, readers,
  subscriptions to pre_processor;
-- One story, once.
grant select, insert, update, delete on clusters, cluster_members, article_keys to pre_processor;
grant select on foldings to pre_processor;
grant execute on function fold_next, fold_soon to pre_processor;
-- Full texts as tenants want them.
grant select on feed_selectors to pre_processor;
grant select, insert, update, delete on article_variants to pre_processor;
grant execute on function skips_full_text to pre_processor;
-- Rules of readers, judged here and done there.
grant execute on function has_arrival_rules, rules_for_feeds, take_rule_waits, act_by_rules, take_delivery,
  continue_delivery to pre_processor;

-- What readers had elsewhere.
grant select, update on inbound_items to pre_processor;
grant select, insert, delete on inbound_keys to pre_processor;
grant execute on function adopt_inbound, settle_inbound, inbound_arrivals, purge_inbound to pre_processor;
-- How long its stages take, and how feeds behave.
grant execute on function record_work, record_polls to pre_processor;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to pre_processor;
