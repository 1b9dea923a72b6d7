-- Rules in a tenant's archive, with who switched which off and what they acted on. They name labels by their ids.

create function export_rule_rows(tenant uuid, kind text) returns setof jsonb
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
declare
  members integer[] := tenant_reader_ids(tenant);
begin
  case kind
    when 'rule' then return query
      select to_jsonb(u) from rules u
        where u.tenant_id = tenant and (u.owner_id is null or u.owner_id = any (members)) order by u.id;
    when 'rule_switch' then return query
      select to_jsonb(o) from rule_switches o where o.reader_id = any (members) order by o.rule_id, o.reader_id;
    when 'rule_hit' then return query
      select to_jsonb(h) from rule_hits h where h.reader_id = any (members)
        and exists (select from entries e where e.article_id = h.article_id and e.reader_id = h.reader_id)
        order by h.reader_id, h.article_id, h.rule_id;
  end case;
end $$;

create function import_rule_rows(tenant uuid, kind text, rows jsonb) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_variable
begin
  case kind
    when 'rule' then
      with given as materialized (
        select x.*, imported_id(tenant, 'reader', x.owner_id::text)::integer as reader,
          imported_id(tenant, 'reader', x.created_by::text)::integer as maker,
          nextval(pg_get_serial_sequence('public.rules', 'id'))::integer as new_id
        from (select * from jsonb_populate_recordset(null::rules, rows) order by id) x
      ), made as (
        insert into rules (id, tenant_id, owner_id, created_by, name, query, actions, is_enabled, needs_stage, position,
            created_at, active_since, version)
          overriding system value
          select g.new_id, tenant, g.reader, g.maker, g.name, g.query, case
              when jsonb_typeof(g.actions -> 'labelIds') = 'array' then jsonb_set(g.actions, '{labelIds}', (
                select coalesce(jsonb_agg(i.new_id::integer order by l.place), '[]')
                from jsonb_array_elements_text(g.actions -> 'labelIds') with ordinality as l (id, place)
                join import_ids i on i.tenant_id = tenant and i.kind = 'label' and i.old_id = l.id))
              else g.actions end,
            g.is_enabled, g.needs_stage, g.position, g.created_at, coalesce(g.active_since, now()), coalesce(g.version, 1)
          from given g where g.owner_id is null or g.reader is not null
          returning id
      )
      insert into import_ids select tenant, kind, g.id::text, g.new_id::text
        from given g join made m on m.id = g.new_id;
    when 'rule_switch' then
      insert into rule_switches (rule_id, reader_id)
        select u.new_id::integer, r.new_id::integer
        from jsonb_populate_recordset(null::rule_switches, rows) x
        join import_ids u on u.tenant_id = tenant and u.kind = 'rule' and u.old_id = x.rule_id::text
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text;
    when 'rule_hit' then
      insert into rule_hits (reader_id, article_id, rule_id, version, acted_at)
        select r.new_id::integer, i.new_id::bigint, u.new_id::integer, x.version, x.acted_at
        from jsonb_populate_recordset(null::rule_hits, rows) x
        join import_ids u on u.tenant_id = tenant and u.kind = 'rule' and u.old_id = x.rule_id::text
        join import_ids r on r.tenant_id = tenant and r.kind = 'reader' and r.old_id = x.reader_id::text
        join import_ids i on i.tenant_id = tenant and i.kind = 'article' and i.old_id = x.article_id::text;
  end case;
end $$;
