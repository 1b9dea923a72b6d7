-- no transaction
-- What `has:audio` is looked up in: few articles, and no enclosures need be read.
create index concurrently if not exists article_contents_audio on article_contents (article_id)
  where enclosures @@ '$[*].type starts with "audio/"';
create index concurrently if not exists saved_searches_owner on saved_searches (owner_id);
