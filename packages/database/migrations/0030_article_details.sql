-- What feeds say of an article beside its text: answers, places, episodes. Both columns are null for most articles.

-- Not part of the content hash: a comment more is no edit of the article, and tells no reader anything new.
alter table articles add column comment_count integer;
comment on column articles.comment_count is 'as the feed last said; changes without the article being changed';

alter table article_contents add column details jsonb;
comment on column article_contents.details is
  '{commentsFeedUrl, inReplyTo, location, podcast} in the shapes of packages/feeds';
