import { type LimitKind, type LimitOverrides, limitKinds, nameText, planName, plans, tenantSlug } from '@alt/contracts';
import {
  addTeam,
  administer,
  everyTenant,
  findTenant,
  type ListedTenant,
  removeTenant,
} from '../../services/tenant-service/admin.ts';
import { readArguments, UsageError } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';
import { counted, stamp, table } from '../wording.ts';
import { withAuth } from './auth.ts';

/** `alt tenant list`. */
export async function listTenants(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { all: 'boolean' } });
  const tenants = await withAuth(terminal, (auth) => Array.fromAsync(everyTenant(auth)));
  const shown = tenants.filter(({ isPersonal }) => options.all || !isPersonal);
  if (shown.length === 0) {
    terminal.print(
      'There is no team yet. Make one: npm run alt -- tenant add NAME --owner EMAIL (--all lists personal tenants too)',
    );
    return 0;
  }
  const head = ['id', 'short name', 'name', 'members', 'plan', 'since', 'state'];
  terminal.print(table(head, shown.map(toCells)));
  return 0;
}

function toCells(tenant: ListedTenant): string[] {
  const { id, slug, name, isPersonal, memberCount, plan, limitOverrides, createdAt } = tenant;
  const ownLimits = Object.entries(limitOverrides).map(([kind, limit]) => `${kind}=${limit ?? 'none'}`);
  const planAndLimits = [plan, ...ownLimits].join(' ');
  return [
    id,
    slug ?? '–',
    isPersonal ? `${name} (personal)` : name,
    String(memberCount),
    planAndLimits,
    stamp(createdAt),
    stateOf(tenant),
  ];
}

function stateOf({ suspendedAt, suspensionReason, deletionAt }: ListedTenant): string {
  if (suspendedAt) return `suspended${suspensionReason ? `: ${suspensionReason}` : ''}`;
  return deletionAt ? `goes on ${stamp(deletionAt)}` : 'well';
}

/** `alt tenant add`. */
export async function addTenant(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 1,
    options: { owner: 'string', slug: 'string', plan: 'string' },
  });
  const name = nameText(100).safeParse(given[0]);
  if (!name.success) throw new UsageError('The name must have between 1 and 100 characters.');
  if (!options.owner) throw new UsageError('Say whose it is: --owner EMAIL.');
  const slug = options.slug === undefined ? null : readSlug(options.slug);
  const wish = { name: name.data, slug, owner: options.owner, plan: readPlan(options.plan ?? 'unlimited') };
  const id = await withAuth(terminal, (auth) => addTeam(auth, wish));
  terminal.print(`Made the team ${wish.name} (${slug ?? id}); ${options.owner} is its owner.`);
  return 0;
}

/** `alt tenant plan`. */
export async function setPlan(args: string[], terminal: Terminal): Promise<number> {
  const [reference = '', name = ''] = readArguments(args, { least: 2, options: {} }).given;
  const plan = readPlan(name);
  const tenant = await change(terminal, reference, () => ({ plan }));
  terminal.print(`${tenant.name} is on the plan ${plan}.`);
  return 0;
}

/** `alt tenant limits`. */
export async function setLimits(args: string[], terminal: Terminal): Promise<number> {
  const [reference = '', ...wishes] = readArguments(args, { least: 2, most: 20, options: {} }).given;
  const wanted = wishes.map(readWish);
  const tenant = await change(terminal, reference, ({ limitOverrides }) => {
    const kept = Object.entries(limitOverrides).filter(([kind]) => wanted.every((wish) => wish.kind !== kind));
    const set = wanted.flatMap(({ kind, limit }) => (limit === 'plan' ? [] : [[kind, limit] as const]));
    return { limits: Object.fromEntries([...kept, ...set]) as LimitOverrides };
  });
  terminal.print(`The limits of ${tenant.name} are changed. See them: npm run alt -- tenant list --all`);
  return 0;
}

/** `alt tenant suspend`. */
export async function suspend(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { reason: 'string' } });
  const reason = (options.reason ?? '').slice(0, 500);
  const tenant = await change(terminal, given[0] ?? '', () => ({ isSuspended: true, reason }));
  terminal.print(`${tenant.name} is suspended; nothing is lost. Undo: npm run alt -- tenant resume ${given[0]}`);
  return 0;
}

/** `alt tenant resume`. */
export async function resume(args: string[], terminal: Terminal): Promise<number> {
  const [reference = ''] = readArguments(args, { least: 1, options: {} }).given;
  const tenant = await change(terminal, reference, () => ({ isSuspended: false }));
  terminal.print(`${tenant.name} works again.`);
  return 0;
}

/** `alt tenant delete`. */
export async function deleteTenant(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { yes: 'boolean' } });
  const tenant = await withAuth(terminal, async (auth) => {
    const found = await findTenant(auth, given[0] ?? '');
    if (!options.yes) {
      const members = counted(found.memberCount, 'member');
      throw new Error(
        `${found.name} (${members}) would go at once and for good. Say --yes if you mean it; export it first.`,
      );
    }
    await removeTenant(auth, found.id);
    return found;
  });
  terminal.print(`${tenant.name} is gone.`);
  return 0;
}

function change(
  terminal: Terminal,
  reference: string,
  toChange: (tenant: ListedTenant) => Parameters<typeof administer>[2],
): Promise<ListedTenant> {
  return withAuth(terminal, async (auth) => {
    const tenant = await findTenant(auth, reference);
    await administer(auth, tenant.id, toChange(tenant));
    return tenant;
  });
}

function readSlug(text: string): string {
  const slug = tenantSlug.safeParse(text);
  if (!slug.success) throw new UsageError(`The short name ${slug.error.issues[0]?.message}.`);
  return slug.data;
}

function readPlan(text: string): string {
  const plan = planName.safeParse(text);
  if (!plan.success) throw new UsageError(`There is no plan "${text}". There are: ${Object.keys(plans).join(', ')}.`);
  return plan.data;
}

/** `feeds=100`, `feeds=none` for no limit, `feeds=plan` for what the plan says. */
function readWish(text: string): { kind: LimitKind; limit: number | null | 'plan' } {
  const [kind = '', value = ''] = text.split('=', 2);
  const known = limitKinds.find((name) => name === kind);
  if (!known) throw new UsageError(`There is no limit "${kind}". There are: ${limitKinds.join(', ')}.`);
  if (value === 'none' || value === 'plan') return { kind: known, limit: value === 'none' ? null : 'plan' };
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`"${text}": give a number, "none" or "plan".`);
  return { kind: known, limit: Number(value) };
}
