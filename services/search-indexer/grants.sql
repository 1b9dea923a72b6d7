-- What search_indexer may do in `alt`: read what is indexed, work its stage, keep its indexes; never a reader's rows.
grant usage on schema public to search_indexer;
grant select on articles to search_indexer;
grant select, update on article_stages to search_indexer;
grant select, insert, update, delete on search_indexes to search_indexer;
grant select, insert, update on search_engine to search_indexer;
grant select, delete on search_removals to search_indexer;
grant execute on function article_texts to search_indexer;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to search_indexer;
