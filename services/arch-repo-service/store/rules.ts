import { type Queryable, statement } from '@alt/database';
import { type PersonColumns, personColumns } from './people.ts';

// ---------------------------------------------------------------- sources

export interface SourceRow extends PersonColumns {
  id: string;
  kind: 'feed' | 'folder' | 'search';
  name: string;
  query: string | null;
  createdAt: Date;
}

const adder = personColumns('s.added_by');
const selectSources = statement<SourceRow>(
  'sources_list',
  `select s.id, s.kind, s.name, s.query, s.created_at as "createdAt", ${adder.columns}
   from project_sources s ${adder.joins} where s.project_id = $1 order by s.id`,
);

export function listSources(tx: Queryable, projectId: string): Promise<SourceRow[]> {
  return tx.all(selectSources, [projectId]);
}

const callName = statement<{ name: string | null }>('source_name', 'select own_source_name($1, $2) as name');

/** What the present person calls a feed or folder of theirs; null where it is none. */
export async function sourceName(tx: Queryable, feedId: number | null, folderId: number | null) {
  return (await tx.one(callName, [feedId, folderId]))?.name ?? null;
}

const insertSource = statement<{ id: string }>(
  'source_insert',
  `insert into project_sources (project_id, kind, feed_id, folder_id, query, name, added_by)
   values ($1, $2, $3, $4, $5, $6, current_reader_id()) returning id`,
);

export async function addSource(
  tx: Queryable,
  projectId: string,
  source: { kind: string; feedId: number | null; folderId: number | null; query: string | null; name: string },
): Promise<string> {
  const { kind, feedId, folderId, query, name } = source;
  const row = await tx.one(insertSource, [projectId, kind, feedId, folderId, query, name]);
  if (!row) throw new Error('no source was made');
  return row.id;
}

const deleteSource = statement('source_delete', 'delete from project_sources where project_id = $1 and id = $2');

export async function removeSource(tx: Queryable, projectId: string, id: string): Promise<boolean> {
  return (await tx.run(deleteSource, [projectId, id])) === 1;
}

// ---------------------------------------------------------------- rules

export interface RuleRow extends PersonColumns {
  id: string;
  name: string;
  query: string;
  sectionId: string | null;
  isEnabled: boolean;
  version: number;
  createdAt: Date;
}

const owner = personColumns('x.owner_id');
const COLUMNS = `x.id, x.name, x.query, x.section_id as "sectionId", x.is_enabled as "isEnabled", x.version,
  x.created_at as "createdAt", ${owner.columns}`;

const selectRules = statement<RuleRow>(
  'rules_list',
  `select ${COLUMNS} from project_rules x ${owner.joins} where x.project_id = $1 order by x.id`,
);

export function listRules(tx: Queryable, projectId: string): Promise<RuleRow[]> {
  return tx.all(selectRules, [projectId]);
}

const selectRule = statement<RuleRow>(
  'rule_one',
  `select ${COLUMNS} from project_rules x ${owner.joins} where x.project_id = $1 and x.id = $2`,
);

export function findRule(tx: Queryable, projectId: string, id: string): Promise<RuleRow | null> {
  return tx.one(selectRule, [projectId, id]);
}

type RuleFields = Pick<RuleRow, 'name' | 'query' | 'sectionId' | 'isEnabled'>;

const insertRule = statement<{ id: string }>(
  'rule_insert',
  `insert into project_rules (project_id, name, query, section_id, owner_id)
   values ($1, $2, $3, $4, current_reader_id()) returning id`,
);

export async function addRule(tx: Queryable, projectId: string, rule: Omit<RuleFields, 'isEnabled'>): Promise<string> {
  const row = await tx.one(insertRule, [projectId, rule.name, rule.query, rule.sectionId]);
  if (!row) throw new Error('no rule was made');
  return row.id;
}

const updateRule = statement(
  'rule_update',
  `update project_rules set name = $3, query = $4, section_id = $5, is_enabled = $6, version = version + 1,
     revision = case when query <> $4 then null else revision end, next_check_at = now()
   where project_id = $1 and id = $2`,
);

/** Another query looks at what came last once more. */
export async function changeRule(tx: Queryable, projectId: string, id: string, rule: RuleFields): Promise<void> {
  await tx.run(updateRule, [projectId, id, rule.name, rule.query, rule.sectionId, rule.isEnabled]);
}

const deleteRule = statement('rule_delete', 'delete from project_rules where project_id = $1 and id = $2');

export async function removeRule(tx: Queryable, projectId: string, id: string): Promise<void> {
  await tx.run(deleteRule, [projectId, id]);
}

export interface ClaimedRule {
  id: string;
  projectId: string;
  sectionId: string | null;
  query: string;
  version: number;
  revision: number | null;
  articleId: number;
  tenantId: string;
  userId: string;
  role: string;
}

const callClaim = statement<ClaimedRule>(
  'rules_claim',
  `select id, project_id as "projectId", section_id as "sectionId", query, version, revision, article_id as "articleId",
     tenant_id as "tenantId", user_id as "userId", role
   from claim_project_rules($1, make_interval(secs => $2))`,
);

export function claimRules(database: Queryable, wanted: number, leaseMs: number): Promise<ClaimedRule[]> {
  return database.all(callClaim, [wanted, leaseMs / 1000]);
}

export interface Candidate {
  id: number;
  revision: number;
  isSourced: boolean;
  title: string;
  text: string;
  author: string | null;
  url: string | null;
  language: string | null;
  feedId: number;
  feedTitle: string;
  feedUrl: string | null;
  isRead: boolean;
  isStarred: boolean;
  hasAudio: boolean;
  sortAt: Date;
  readerRevision: number;
}

const callCandidates = statement<Candidate>(
  'rule_candidates',
  `select id, revision, is_sourced as "isSourced", title, text, author, url, language, feed_id as "feedId",
     feed_title as "feedTitle", feed_url as "feedUrl", is_read as "isRead", is_starred as "isStarred",
     coalesce(has_audio, false) as "hasAudio", sort_at as "sortAt", reader_revision as "readerRevision"
   from rule_candidates($1, $2, $3, $4)`,
);

/** What comes next for a rule, of the entries of whom it acts for. */
export function ruleCandidates(tx: Queryable, rule: ClaimedRule, wanted: number): Promise<Candidate[]> {
  return tx.all(callCandidates, [rule.projectId, rule.revision, rule.articleId, wanted]);
}

const updatePosition = statement(
  'rule_position',
  `update project_rules set revision = $3, article_id = $4, next_check_at = now() + make_interval(secs => $5)
   where id = $1 and version = $2 and revision is not distinct from $6 and article_id = $7`,
);

/** How far a rule has looked; false where it was changed, or looked further, meanwhile. */
export async function moveRule(
  tx: Queryable,
  rule: ClaimedRule,
  to: { revision: number; articleId: number; delayMs: number },
): Promise<boolean> {
  const before = [rule.revision, rule.articleId];
  return (
    (await tx.run(updatePosition, [rule.id, rule.version, to.revision, to.articleId, to.delayMs / 1000, ...before])) ===
    1
  );
}

// ---------------------------------------------------------------- what no rule brings back

const insertDismissals = statement(
  'dismissals_insert',
  'insert into project_dismissals (project_id, article_id) select $1, unnest($2::bigint[]) on conflict do nothing',
);

export async function dismiss(tx: Queryable, projectId: string, articleIds: number[]): Promise<void> {
  if (articleIds.length > 0) await tx.run(insertDismissals, [projectId, articleIds]);
}

const deleteDismissals = statement(
  'dismissals_delete',
  'delete from project_dismissals where project_id = $1 and article_id = any ($2::bigint[])',
);

/** Somebody pinned them by hand. */
export async function undismiss(tx: Queryable, projectId: string, articleIds: number[]): Promise<void> {
  await tx.run(deleteDismissals, [projectId, articleIds]);
}

const selectDismissed = statement<{ articleId: number }>(
  'dismissals_of',
  'select article_id as "articleId" from project_dismissals where project_id = $1 and article_id = any ($2::bigint[])',
);

export async function dismissedOf(tx: Queryable, projectId: string, articleIds: number[]): Promise<Set<number>> {
  return new Set((await tx.all(selectDismissed, [projectId, articleIds])).map(({ articleId }) => articleId));
}
