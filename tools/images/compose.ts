import {
  addressOf,
  egressListenerOf,
  egressProxyUrl,
  environmentNameOf,
  flows,
  isFlowAllowed,
  isServiceName,
  isWorkloadName,
  type NodeName,
  type ServerName,
  serviceAddress,
  services,
  type workloads,
} from '@alt/topology';
import { awaitedServices, imageServices } from './targets.ts';

interface Mount {
  type: string;
  source: string;
  target: string;
  read_only?: boolean;
}

export interface ComposeService {
  image: string;
  build?: { target: string };
  profiles?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  volumes?: Mount[];
  networks: Record<string, { aliases?: string[] }>;
  depends_on?: Record<string, { condition: string; restart?: boolean }>;
  ports?: string[];
}

export interface Compose {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
}

/** What stands for a node of the topology under another name. */
const roles: Readonly<Record<string, NodeName>> = {
  'postgres-migration': 'migration-job',
  'auth-postgres-migration': 'migration-job',
  'kratos-migration': 'migration-job',
};
/** Ways that no cluster has: the job that makes a key, and a model beside the platform. */
const ownWays = [
  'meilisearch-key → meilisearch',
  'news-creator → model-proxy',
  'model-proxy → ollama',
  'ollama → envoy-proxy',
  // M13: without Kubernetes its tokens are in the database.
  'auth-token-manager → postgres',
];
/** Who runs by a profile: its address is empty unless it is set beside the profile. */
const optional: readonly string[] = ['rask-log-aggregator'];
/** Whose digest nobody knows here; the file says so. */
const undigested = ['meilisearch', 'envoy-proxy', 'nginx-external'];

/** Sentences about what Compose runs otherwise than the topology says. */
export function composeErrors({ services: all, networks }: Compose): string[] {
  return [
    ...presenceErrors(all),
    ...Object.entries(all).flatMap(([name, service]) => [
      ...hardeningErrors(name, service),
      ...environmentErrors(name, service),
      ...secretErrors(name, service),
    ]),
    ...networkErrors(all, networks),
    ...staleErrors(all),
  ];
}

function presenceErrors(all: Compose['services']): string[] {
  return [
    ...imageServices
      .filter((name) => all[name]?.build?.target !== name)
      .map((name) => `${name} is not built from its target.`),
    ...Object.entries(all)
      .filter(([name, { profiles }]) => isAwaited(name) && !profiles)
      .map(([name]) => `${name} is awaited, and has no profile.`),
    ...Object.entries(all)
      .filter(([name, { build }]) => isAwaited(name) && build)
      .map(([name]) => `${name} is awaited, and is built.`),
  ];
}

function isAwaited(name: string): boolean {
  return awaitedServices.some((one) => one === name);
}

function hardeningErrors(name: string, service: ComposeService): string[] {
  const errors = [];
  if (service.read_only !== true) errors.push(`${name} can write to its own files.`);
  if (!service.cap_drop?.includes('ALL')) errors.push(`${name} keeps capabilities.`);
  if (!service.security_opt?.includes('no-new-privileges:true')) errors.push(`${name} may gain privileges.`);
  if (service.ports && name !== 'nginx-external') errors.push(`${name} publishes a port.`);
  if (!service.image.startsWith('kaikei/') && !service.image.includes('@sha256:') && !undigested.includes(name))
    errors.push(`The image of ${name} has no digest.`);
  return errors;
}

function environmentErrors(name: string, { environment = {} }: ComposeService): string[] {
  const secret = Object.keys(environment).filter(
    (key) => /PASSWORD|TOKEN|SECRET|_KEY/.test(key) && !/_FILE$|_DIR$/.test(key),
  );
  const errors = secret.map((key) => `${name} has ${key} in its environment; secrets are files.`);
  if (!isServiceName(name)) return errors;
  for (const peer of imageServices) {
    const variable = environmentNameOf(peer as ServerName);
    const isPeer = isFlowAllowed(name, peer, { shape: 'cluster' });
    const wanted = isPeer ? addressInCompose(peer as ServerName & Exclude<ServerName, 'gateway'>) : undefined;
    const isMissing = wanted !== undefined && !isAwaited(name) && environment[variable] !== wanted;
    if (isMissing || (wanted === undefined && environment[variable] !== undefined))
      errors.push(`${variable} of ${name} must be ${wanted ?? 'left out: there is no such flow'}.`);
  }
  const listener = egressListenerOf(name, 'cluster');
  const proxy = environment[name === 'sidecar-proxy' ? 'UPSTREAM_PROXY_URL' : 'EGRESS_PROXY_URL'];
  const way = listener ? egressProxyUrl(listener, 'cluster') : undefined;
  if (proxy?.replace(/^\$\{\w+:-(.*)\}$/, '$1') !== way)
    errors.push(`${name} goes out through ${proxy}; it must be ${way}.`);
  return errors;
}

function addressInCompose(peer: ServerName & Exclude<ServerName, 'gateway'>): string {
  return optional.includes(peer) ? `\${${environmentNameOf(peer)}:-}` : serviceAddress(peer, 'cluster');
}

function secretErrors(name: string, { volumes = [], environment = {} }: ComposeService): string[] {
  const binds = volumes.filter(({ type }) => type === 'bind');
  const errors = binds.filter((one) => one.read_only !== true).map(({ target }) => `${name} can write to ${target}.`);
  const own = name.replace(/-migration$|-key$/, '').replace(/^model-proxy$/, 'sidecar-proxy');
  const folders = binds
    .map(({ source }) => /^\$\{ALT_SECRETS:-.\/secrets\}\/(.+)$/.exec(source)?.[1])
    .filter((one) => one !== undefined);
  const allowed = [`${own}-secrets`, `${own}-tls`, `${own}-config`, 'alt-ca'];
  for (const folder of folders)
    if (!allowed.includes(folder)) errors.push(`${name} is given ${folder}, which is not its own.`);
  if (environment.ALT_SECRETS_DIR && !folders.includes(`${own}-secrets`)) errors.push(`${name} lacks its secrets.`);
  const store = isServiceName(name) ? services[name].database : null;
  const needsAuthority =
    store !== null &&
    isFlowAllowed(name as NodeName, store === 'alt' ? 'postgres' : 'auth-postgres', { shape: 'cluster' });
  if (needsAuthority && !folders.includes('alt-ca'))
    errors.push(`${name} lacks the authority of its database's certificate.`);
  return errors;
}

/** A network for each one that is called, with exactly its callers in it; one leads outside, and one to the readers. */
function networkErrors(all: Compose['services'], networks: Compose['networks']): string[] {
  const errors: string[] = [];
  for (const [network, options] of Object.entries(networks)) {
    const members = Object.keys(all).filter((name) => all[name]?.networks[network] !== undefined);
    const outside = { internet: 'envoy-proxy', front: 'nginx-external' }[network];
    if (outside !== undefined) {
      if (members.join() !== outside)
        errors.push(`${network} must have ${outside} alone; it has ${members.join(', ')}.`);
      continue;
    }
    if (options?.internal !== true) errors.push(`${network} leads outside.`);
    const called = network.replace(/^to-/, '');
    const alias = all[called]?.networks[network]?.aliases?.join();
    if (isNode(called) && alias !== new URL(addressOf(called, 1, 'cluster')).hostname)
      errors.push(`${called} is not found by its name of a cluster.`);
    for (const caller of Object.keys(all).filter((name) => name !== called)) {
      const isIn = members.includes(caller);
      if (isIn !== mayCall(caller, called))
        errors.push(`${caller} ${isIn ? 'reaches' : 'does not reach'} ${called}, against the flow table.`);
    }
  }
  return errors;
}

/** nginx asks for the addresses behind it once: it has to start again when one of them is another container. */
function staleErrors(all: Compose['services']): string[] {
  const behind = Object.keys(all).filter((name) => name !== 'nginx-external' && mayCall('nginx-external', name));
  return behind
    .filter((name) => all['nginx-external']?.depends_on?.[name]?.restart !== true)
    .map((name) => `nginx-external keeps the address of ${name} when its container is replaced.`);
}

function isNode(name: string): name is keyof typeof services | keyof typeof workloads {
  return isServiceName(name) || isWorkloadName(name);
}

function mayCall(caller: string, called: string): boolean {
  if (ownWays.includes(`${caller} → ${called}`)) return true;
  const from = roles[caller] ?? caller;
  if (caller === 'kratos-migration') return called === 'kratos-postgres';
  if (from === 'migration-job') return caller === `${called}-migration`;
  const isFrom = (end: NodeName) => end === from || (end === 'every-service' && isServiceName(from));
  return flows.some((flow) => isFrom(flow.from) && flow.to === called && flow.shape !== 'machine');
}
