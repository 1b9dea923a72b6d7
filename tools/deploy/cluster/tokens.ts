// auth-token-manager against a real Kubernetes API, as the service account that its chart makes: what its Role allows is enough, and
// nothing beside it is allowed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createEgress } from '@alt/egress';
import { createTokenReader } from '@alt/external-tokens';
import { createLogger, type Host, parseConfig } from '@alt/service-kit';
import { type RunningOauthProvider, startOauthProvider } from '@alt/testing/oauth-provider.ts';
import { beginAuthorisation } from '../../../services/auth-token-manager/authorizing.ts';
import { config } from '../../../services/auth-token-manager/config.ts';
import { leaseFor, type Manager, openManager, refreshNow } from '../../../services/auth-token-manager/manager.ts';
import { revokeAccount } from '../../../services/auth-token-manager/revoking.ts';
import type { Rendered } from '../render.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Case } from './deploying.ts';
import { apply, mustKubectl } from './workers.ts';

const NAME = 'auth-token-manager';
const NAMESPACE = 'alt-processing';
const ACCOUNT = { provider: 'inoreader', account: 'default' } as const;
const REDIRECT = 'http://127.0.0.1:8412/callback';

/** What its Role must refuse: other verbs on its objects, other objects, other kinds, other namespaces. */
const REFUSED: readonly string[][] = [
  ...['list', 'watch', 'create', 'delete', 'patch'].map((verb) => [verb, 'secrets', NAMESPACE]),
  ...['delete', 'patch'].map((verb) => [verb, `secrets/${NAME}-tokens`, NAMESPACE]),
  ...['list', 'create', 'delete'].map((verb) => [verb, 'leases.coordination.k8s.io', NAMESPACE]),
  ['get', `secrets/${NAME}-secrets`, NAMESPACE],
  ['get', `secrets/${NAME}-tokens`, 'alt-apps'],
  ['get', 'configmaps', NAMESPACE],
  ['get', 'pods', NAMESPACE],
  ['create', 'serviceaccounts/token', NAMESPACE],
];

/** Applies the objects of the chart that concern it, then authorises, refreshes and revokes as its pod would. */
export async function tokensCases(cluster: ControlPlane, rendered: readonly Rendered[]): Promise<Case[]> {
  const chart = rendered.find((each) => each.chart.name === NAME && each.profile === 'prod');
  const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'Secret', 'Lease'];
  await apply(
    cluster,
    'tokens',
    (chart?.objects ?? []).filter(({ kind }) => kinds.includes(kind)),
  );
  const provider = await startOauthProvider({ redirectUris: [REDIRECT] });
  const egress = createEgress({ userAgent: 'test' });
  try {
    const environment = await environmentOfPod(cluster, provider);
    const open = () =>
      openManager(parseConfig(NAME, config, environment), { egress, log: createLogger('silent') } as unknown as Host);
    const [one, other] = [await open(), await open()];
    return [
      await tried('its Role is enough to authorise and to refresh', () => authorizeAndRefresh(one, cluster, provider)),
      await tried('of two writers that read the same, the server refuses one', () => conflict(one, other)),
      await tried('what it wrote can be revoked, and the chart applied again leaves it', () =>
        revoke(one, cluster, chart),
      ),
      await refusals(cluster),
    ];
  } finally {
    await egress.close();
    await provider.stop();
  }
}

async function tried(name: string, work: () => Promise<string[]>): Promise<Case> {
  return { name, problems: await work().catch((error: unknown) => [String(error)]) };
}

/** What a kubelet gives the pod: a token of its account, the authority, the namespace, the address of the API. */
async function environmentOfPod(cluster: ControlPlane, provider: RunningOauthProvider) {
  const folder = path.join(cluster.folder, 'account');
  await mkdir(folder);
  const token = await mustKubectl(cluster, ['create', 'token', NAME, `--namespace=${NAMESPACE}`]);
  await writeFile(path.join(folder, 'token'), token);
  await writeFile(path.join(folder, 'ca.crt'), await readFile(cluster.certificates.ca));
  await writeFile(path.join(folder, 'namespace'), NAMESPACE);
  const { clusters } = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'));
  const api = new URL(clusters[0].cluster.server);
  return {
    ALT_TOKENS_STORE: 'kubernetes',
    KUBERNETES_SERVICE_HOST: api.hostname,
    KUBERNETES_SERVICE_PORT: api.port,
    KUBERNETES_ACCOUNT_DIR: folder,
    INOREADER_URL: provider.origin,
    INOREADER_CLIENT_ID: provider.clientId,
    INOREADER_CLIENT_SECRET: provider.clientSecret,
  };
}

async function authorizeAndRefresh(
  manager: Manager,
  cluster: ControlPlane,
  provider: RunningOauthProvider,
): Promise<string[]> {
  const authorisation = await beginAuthorisation(manager, () => leaseFor(manager), {
    ...ACCOUNT,
    redirectUri: REDIRECT,
  });
  const answer = await fetch(authorisation.url, { redirect: 'manual' });
  await authorisation.finish(new URL(answer.headers.get('location') ?? ''));
  const lease = await leaseFor(manager);
  const { outcome } = await refreshNow(manager, lease, ACCOUNT.provider, ACCOUNT.account);
  await lease.release();
  const token = await readAsMounted(cluster);
  return [
    ...(outcome === 'refreshed' ? [] : [`The refresh ended with ${outcome}.`]),
    ...(token?.generation === 2 ? [] : [`Readers get generation ${token?.generation}.`]),
    ...(token && provider.isAccessTokenValid(token.accessToken) ? [] : ['Readers get a token that is not valid.']),
  ];
}

/** The one key that readers mount, as a kubelet lays it out. */
async function readAsMounted(cluster: ControlPlane) {
  const secret = JSON.parse(
    await mustKubectl(cluster, ['get', 'secret', `${NAME}-tokens`, `--namespace=${NAMESPACE}`, '--output=json']),
  );
  const key = 'inoreader.access.json';
  const folder = path.join(cluster.folder, 'mounted');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, key), Buffer.from(secret.data[key], 'base64'));
  const reader = createTokenReader({ store: 'kubernetes', folder, keys: {}, database: null });
  return reader.read(ACCOUNT.provider, ACCOUNT.account);
}

async function conflict(one: Manager, other: Manager): Promise<string[]> {
  const [mine, theirs] = [await one.store.loadLease(), await other.store.loadLease()];
  const record = { holder: 'somebody', renewedAt: new Date().toISOString(), durationSeconds: 1 };
  await one.store.saveLease(record, mine?.version ?? null);
  const late = await other.store.saveLease(record, theirs?.version ?? null).then(
    () => 'The lease was taken twice.',
    (error: Error) => (error.name === 'MovedError' ? null : String(error)),
  );
  const found = await one.store.load(ACCOUNT.provider, ACCOUNT.account);
  if (!found) return ['The account is gone.'];
  const writes = await Promise.allSettled(
    [one, other].map(({ store }, index) => store.save({ ...found.value, refusals: index + 1 }, found.version)),
  );
  const won = writes.filter(({ status }) => status === 'fulfilled').length;
  const lease = { holder: '', renewedAt: new Date().toISOString(), durationSeconds: 1 };
  await one.store.saveLease(lease, (await one.store.loadLease())?.version ?? null);
  return [...(late ? [late] : []), ...(won === 1 ? [] : [`${won} of two writes were taken.`])];
}

async function revoke(manager: Manager, cluster: ControlPlane, chart: Rendered | undefined): Promise<string[]> {
  const secrets = (chart?.objects ?? []).filter(({ kind }) => kind === 'Secret' || kind === 'Lease');
  await apply(cluster, 'tokens-again', secrets);
  if (!(await manager.store.load(ACCOUNT.provider, ACCOUNT.account)))
    return ['The chart applied again took the tokens.'];
  const lease = await leaseFor(manager);
  await revokeAccount(manager, lease, { ...ACCOUNT, force: false });
  await lease.release();
  const left = await manager.store.accounts();
  return left.length === 0 ? [] : ['The account is still there.'];
}

async function refusals(cluster: ControlPlane): Promise<Case> {
  const as = `--as=system:serviceaccount:${NAMESPACE}:${NAME}`;
  const problems: string[] = [];
  for (const [verb = '', what = '', namespace = ''] of REFUSED) {
    const { stdout } = await cluster.kubectl(['auth', 'can-i', verb, what, `--namespace=${namespace}`, as]);
    if (stdout.trim() !== 'no') problems.push(`It may ${verb} ${what} in ${namespace}: ${stdout.trim()}`);
  }
  return { name: `its Role refuses ${REFUSED.length} other things`, problems };
}
