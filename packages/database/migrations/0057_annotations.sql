-- Highlights and notes that their reader shares are seen by all readers of the tenant who hold the article.

alter table highlights add constraint highlights_color check (color in ('yellow', 'green', 'blue', 'pink'));
create index notes_own on notes (reader_id, id);

-- Of the article, if the caller holds it: what they made, and what others of their tenant share. Readers' rows are their
-- own, so whose it is and of which tenant is looked up past row-level security here.
create function seen_highlights(wanted_article bigint) returns table (
  id uuid, quote text, prefix text, suffix text, color text, is_shared boolean, is_mine boolean, author_id uuid,
  created_at timestamptz
)
  language sql stable security definer set search_path = public, pg_temp rows 20
  begin atomic
    select h.id, h.quote, h.prefix, h.suffix, h.color, h.is_shared, h.reader_id = current_reader_id(), r.user_id, h.created_at
    from highlights h join readers r on r.id = h.reader_id
    where h.article_id = wanted_article
      and exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id())
      and (h.reader_id = current_reader_id() or h.is_shared and r.tenant_id = current_tenant_id() and r.purge_after is null)
    order by h.created_at, h.id;
  end;

create function seen_notes(wanted_article bigint) returns table (
  id uuid, highlight_id uuid, body text, is_shared boolean, is_mine boolean, author_id uuid, created_at timestamptz,
  updated_at timestamptz
)
  language sql stable security definer set search_path = public, pg_temp rows 20
  begin atomic
    select n.id, n.highlight_id, n.body, n.is_shared, n.reader_id = current_reader_id(), r.user_id, n.created_at, n.updated_at
    from notes n join readers r on r.id = n.reader_id
    where n.article_id = wanted_article
      and exists (select from entries e where e.article_id = wanted_article and e.reader_id = current_reader_id())
      and (n.reader_id = current_reader_id() or n.is_shared and r.tenant_id = current_tenant_id() and r.purge_after is null)
    order by n.created_at, n.id;
  end;
