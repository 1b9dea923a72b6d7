-- What arch_repo_service may do in `alt`: projects and what is in them, as project_rank lets the person; articles that a
-- project of theirs pins; never anybody's feeds, entries or reading state.
grant usage on schema public to arch_repo_service;
grant execute on function current_user_id, current_tenant_id, current_tenant_role, current_reader_id, enter_projects, know_people,
  project_rank, articles_to_pin, who_may_look, project_counts, section_counts, purge_projects to arch_repo_service;
grant select (id, user_id, tenant_id, purge_after) on readers to arch_repo_service;
grant select on people to arch_repo_service;
grant select, insert on projects to arch_repo_service;
grant update (code, title, description, visibility, status, version, updated_at, deleted_at) on projects to arch_repo_service;
grant select, insert, delete on project_members to arch_repo_service;
grant update (role, added_at) on project_members to arch_repo_service;
grant select, insert, delete, update (title, position, version) on project_sections to arch_repo_service;
grant select, insert, delete, update (section_id, position) on project_articles to arch_repo_service;
grant select, insert, delete on project_highlights to arch_repo_service;
grant select, insert, delete, update (body, version, updated_at) on project_notes to arch_repo_service;
grant select, insert, delete, update (read_at) on project_mentions to arch_repo_service;
grant select, insert, delete, update (title, context, decision, consequences, alternatives, status, superseded_by, version,
  updated_at) on project_decisions to arch_repo_service;
grant select, insert on project_activity to arch_repo_service;
grant select on articles, article_contents to arch_repo_service;
-- Jobs, files and briefs.
grant select, insert, update (project_id, state, done, total, kept, result, error_code, error, attempts, next_attempt_at,
  claimed_by, claimed_until, finished_at) on project_jobs to arch_repo_service;
grant select, insert on project_files, project_briefs to arch_repo_service;
grant execute on function claim_project_jobs, purge_project_work, pinned_texts, spend_llm_request, refund_llm_request
  to arch_repo_service;
-- Publications, imports, sources and rules.
grant select, insert, delete on project_publications, project_dismissals, project_sources to arch_repo_service;
grant select, insert, delete, update (section_id, name, query, is_enabled, version, revision, article_id, next_check_at)
  on project_rules to arch_repo_service;
grant execute on function published_project, resolve_references, own_source_name, claim_project_rules, rule_candidates,
  pinned_scope to arch_repo_service;
-- For tenant-service: how many projects a tenant has, and its archive.
grant execute on function tenant_project_count, export_project_rows, begin_project_import, import_project_rows,
  end_project_import to arch_repo_service;

-- When its periodic work last succeeded, for `alt status`.
grant execute on function note_job_run to arch_repo_service;
