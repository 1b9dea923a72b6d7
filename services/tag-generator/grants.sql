-- What tag_generator may do in `alt`: keyphrases of articles, and the tags of tenants; never a reader's rows.
grant usage on schema public to tag_generator;
grant select on feeds, articles, article_contents to tag_generator;
grant select, insert, update on article_stages, term_documents to tag_generator;
grant select, insert, update, delete on article_keyphrases, article_tags, tags, tag_aliases, tag_requests,
  tag_distinctions, term_counts to tag_generator;
grant execute on function article_texts, mark_for_index, subscribing_tenants, tell_tags to tag_generator;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to tag_generator;
