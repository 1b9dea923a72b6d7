import { egressListeners, flows, workloads } from '@alt/topology';
import { notPublicIpv6, refusedIpv4, refusedIpv6 } from './ranges.ts';

/** Text for the places of the configuration that a cluster decides: values, or fields of a chart's template. */
export type EnvoyPlaces = {
  /** Regular expressions over `host:port`. */
  oauthHosts: string;
  modelHosts: string;
  mailRelays: string;
  /** Where traces go, or nothing. */
  tracing: { host: string; port: number | string } | null;
};

/** What a test changes: where Envoy listens, who answers for names, and what counts as nobody's address. */
export type EnvoyTrial = {
  address?: string;
  ports?: Readonly<Record<string, number>>;
  nameServer?: { address: string; port: number };
  refused?: readonly string[];
  /** Ports beyond the web's, where a test's servers listen. */
  targetPorts?: readonly number[];
};

const API = 'type.googleapis.com/envoy';
const { ports: doors } = workloads['envoy-proxy'];
/** The admin interface itself, for this machine (or pod) only. */
const ADMIN_PORT = 9902;
const CONNECTIONS = 4_096;
const HEADERS_KB = 32;
/** As long as sidecar-proxy lets a tunnel be silent. */
const SILENCE = '900s';

/** The whole configuration. Each listener denies by default; what it lets through is then judged by the address that its name led to. */
export function envoyConfiguration(places: EnvoyPlaces, trial: EnvoyTrial = {}): object {
  const web = [...webPorts(), ...(trial.targetPorts ?? [])];
  const anyHost = authority(String.raw`(\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(:(${web.join('|')}))?`);
  const rules: Record<string, object[]> = {
    general: [anyHost, authority(places.mailRelays)],
    oauth: [tunnelTo(places.oauthHosts)],
    llm: [tunnelTo(places.modelHosts)],
    feeds: [anyHost],
  };
  const leading = egressListeners.filter(({ proxy }) => proxy === 'envoy-proxy');
  const named = Object.entries(doors).filter(([, port]) => leading.some((listener) => listener.port === port));
  const at = (name: string, port: number) => ({
    address: trial.address ?? '0.0.0.0',
    port_value: trial.ports?.[name] ?? port,
  });
  return {
    ...(trial.nameServer && { node: { id: 'trial' } }),
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: trial.ports?.admin ?? ADMIN_PORT } } },
    typed_dns_resolver_config: resolver(trial.nameServer),
    overload_manager: overloadManager(),
    static_resources: {
      listeners: [
        ...named.map(([name, port]) => outward(name, at(name, port), rules[name] ?? [], places)),
        statistics(at('stats', doors.stats)),
      ],
      clusters: [outside(trial.refused), admin(trial.ports?.admin ?? ADMIN_PORT), ...traces(places.tracing)],
    },
  };
}

/** The pattern for hosts with ports, as the charts' template makes it too: whole, in any case, nothing for no hosts. */
export function hostPattern(hosts: readonly string[]): string {
  return hosts.length === 0 ? NOTHING : hosts.map((host) => host.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
}

/** Matches no authority: it would have to be empty and not. */
export const NOTHING = '[^\\s\\S]';

function webPorts(): readonly number[] {
  const way = flows.find(({ id, from }) => id === 'F32' && from === 'envoy-proxy');
  return way ? [...way.ports].map(Number) : [];
}

function authority(pattern: string): object {
  const regex = `(?i)(?:${pattern})`;
  return { header: { name: ':authority', string_match: { safe_regex: { regex } } } };
}

/** TLS by CONNECT only: no request in the clear to these hosts. */
function tunnelTo(pattern: string): object {
  return {
    and_rules: { rules: [{ header: { name: ':method', string_match: { exact: 'CONNECT' } } }, authority(pattern)] },
  };
}

function outward(name: string, address: object, permissions: object[], places: EnvoyPlaces): object {
  const rbac = {
    '@type': `${API}.extensions.filters.http.rbac.v3.RBAC`,
    rules: { action: 'ALLOW', policies: { [name]: { permissions, principals: [{ any: true }] } } },
  };
  const forward = {
    '@type': `${API}.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig`,
    sub_cluster_config: { cluster_init_timeout: '10s' },
  };
  return listener(name, address, {
    ...(places.tracing && { tracing: tracing() }),
    upgrade_configs: [{ upgrade_type: 'CONNECT' }],
    stream_idle_timeout: SILENCE,
    route_config: {
      virtual_hosts: [
        {
          name: 'outside',
          domains: ['*'],
          // What concerns the way through the cluster is nobody's business outside.
          request_headers_to_remove: [
            'proxy-authorization',
            'proxy-connection',
            'x-forwarded-proto',
            'x-forwarded-for',
            'x-request-id',
          ],
          routes: [
            {
              match: { connect_matcher: {} },
              route: {
                cluster: 'outside',
                timeout: '0s',
                upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }],
              },
            },
            { match: { prefix: '/' }, route: { cluster: 'outside', timeout: '120s' } },
          ],
        },
      ],
    },
    http_filters: [
      { name: 'envoy.filters.http.rbac', typed_config: rbac },
      { name: 'envoy.filters.http.dynamic_forward_proxy', typed_config: forward },
      router(),
    ],
  });
}

/** 9901: reading, and nothing that changes anything. */
function statistics(address: object): object {
  const get = [{ name: ':method', string_match: { exact: 'GET' } }];
  const readable = [{ path: '/ready' }, { path: '/server_info' }, { path: '/stats' }, { path: '/stats/prometheus' }];
  return listener('stats', address, {
    stream_idle_timeout: '30s',
    route_config: {
      virtual_hosts: [
        {
          name: 'admin',
          domains: ['*'],
          routes: [
            ...readable.map((match) => ({
              match: { ...match, headers: get },
              route: { cluster: 'admin', timeout: '10s' },
            })),
            { match: { prefix: '/' }, direct_response: { status: 404 } },
          ],
        },
      ],
    },
    http_filters: [router()],
  });
}

function listener(name: string, address: object, manager: object): object {
  const common = {
    '@type': `${API}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    codec_type: 'HTTP1',
    max_request_headers_kb: HEADERS_KB,
    common_http_protocol_options: { idle_timeout: '60s', max_headers_count: 100 },
    request_headers_timeout: '15s',
    delayed_close_timeout: '1s',
    drain_timeout: '10s',
    // Whoever calls says who he is; this proxy adds nothing of its own, and a trace id passes as it came.
    skip_xff_append: true,
    generate_request_id: false,
    preserve_external_request_id: true,
    server_header_transformation: 'PASS_THROUGH',
    access_log: [accessLog()],
  };
  return {
    name,
    address: { socket_address: address },
    per_connection_buffer_limit_bytes: 65_536,
    filter_chains: [
      { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: { ...common, ...manager } }] },
    ],
  };
}

function router(): object {
  const config = { '@type': `${API}.extensions.filters.http.router.v3.Router`, suppress_envoy_headers: true };
  return { name: 'envoy.filters.http.router', typed_config: config };
}

/**
 * Everything outside. Each name gets a cluster of its own with one host for each address it has, so that the address that was
 * judged is the one that is dialled: a cache of names would try a name's other addresses without asking again.
 */
function outside(refused: readonly string[] | undefined): object {
  const rbac = {
    '@type': `${API}.extensions.filters.http.rbac.v3.RBAC`,
    rules: {
      action: 'ALLOW',
      policies: { public: { permissions: [publicOnly(refused)], principals: [{ any: true }] } },
    },
  };
  return {
    name: 'outside',
    lb_policy: 'CLUSTER_PROVIDED',
    connect_timeout: '10s',
    circuit_breakers: {
      thresholds: [{ max_connections: CONNECTIONS, max_requests: CONNECTIONS, max_pending_requests: 1_024 }],
    },
    cluster_type: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typed_config: {
        '@type': `${API}.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig`,
        // TLS is between the caller and the outside: there is none here that could be asked to check names.
        allow_insecure_cluster_options: true,
        sub_clusters_config: { lb_policy: 'ROUND_ROBIN', max_sub_clusters: 16_384, sub_cluster_ttl: '300s' },
      },
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${API}.extensions.upstreams.http.v3.HttpProtocolOptions`,
        common_http_protocol_options: { idle_timeout: '30s' },
        explicit_http_config: { http_protocol_options: {} },
        http_filters: [
          { name: 'envoy.filters.http.upstream_rbac', typed_config: rbac },
          {
            name: 'envoy.filters.http.upstream_codec',
            typed_config: { '@type': `${API}.extensions.filters.http.upstream_codec.v3.UpstreamCodec` },
          },
        ],
      },
    },
  };
}

/** Of all addresses those that are somebody's. Said as what is allowed: an address that is not known is then refused as well. */
function publicOnly(refused: readonly string[] = [...refusedIpv4, ...refusedIpv6, ...notPublicIpv6]): object {
  const any = { or_rules: { rules: ['0.0.0.0/0', '::/0'].map(upstreamIn) } };
  return { and_rules: { rules: [any, { not_rule: { or_rules: { rules: refused.map(upstreamIn) } } }] } };
}

function upstreamIn(range: string): object {
  const [prefix = '', bits = ''] = range.split('/');
  return {
    matcher: {
      name: 'envoy.rbac.matchers.upstream_ip_port',
      typed_config: {
        '@type': `${API}.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher`,
        upstream_ip: { address_prefix: prefix, prefix_len: Number(bits) },
      },
    },
  };
}

function admin(port: number): object {
  return {
    name: 'admin',
    type: 'STATIC',
    load_assignment: endpoint('admin', '127.0.0.1', port),
  };
}

function endpoint(cluster: string, address: string, port: number | string): object {
  const socket = { address, port_value: port };
  return {
    cluster_name: cluster,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: socket } } }] }],
  };
}

/** Names as they are written: no search domains, under which a stranger's name could become one of ours. */
function resolver(server: EnvoyTrial['nameServer']): object {
  return {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: {
      '@type': `${API}.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig`,
      dns_resolver_options: { no_default_search_domain: true },
      ...(server && { resolvers: [{ socket_address: { address: server.address, port_value: server.port } }] }),
    },
  };
}

function overloadManager(): object {
  const heap = {
    name: 'envoy.resource_monitors.fixed_heap',
    typed_config: {
      '@type': `${API}.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig`,
      max_heap_size_bytes: 268_435_456,
    },
  };
  const connections = {
    name: 'envoy.resource_monitors.global_downstream_max_connections',
    typed_config: {
      '@type': `${API}.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig`,
      max_active_downstream_connections: CONNECTIONS,
    },
  };
  const when = (value: number) => [{ name: heap.name, threshold: { value } }];
  return {
    refresh_interval: '0.25s',
    resource_monitors: [heap, connections],
    actions: [
      { name: 'envoy.overload_actions.shrink_heap', triggers: when(0.9) },
      { name: 'envoy.overload_actions.stop_accepting_requests', triggers: when(0.95) },
    ],
  };
}

function accessLog(): object {
  const fields = {
    time: '%START_TIME%',
    level: 'info',
    door: '%DOWNSTREAM_LOCAL_PORT%',
    caller: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
    method: '%REQ(:METHOD)%',
    authority: '%REQ(:AUTHORITY)%',
    status: '%RESPONSE_CODE%',
    why: '%RESPONSE_CODE_DETAILS%',
    flags: '%RESPONSE_FLAGS%',
    upstream: '%UPSTREAM_HOST%',
    received: '%BYTES_RECEIVED%',
    sent: '%BYTES_SENT%',
    tookMs: '%DURATION%',
    traceparent: '%REQ(TRACEPARENT)%',
  };
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: {
      '@type': `${API}.extensions.access_loggers.stream.v3.StdoutAccessLog`,
      log_format: { json_format: fields },
    },
  };
}

function tracing(): object {
  return {
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typed_config: {
        '@type': `${API}.config.trace.v3.OpenTelemetryConfig`,
        grpc_service: { envoy_grpc: { cluster_name: 'traces' }, timeout: '1s' },
        service_name: 'envoy-proxy',
      },
    },
  };
}

function traces(collector: EnvoyPlaces['tracing']): object[] {
  if (!collector) return [];
  return [
    {
      name: 'traces',
      type: 'STRICT_DNS',
      load_assignment: endpoint('traces', collector.host, collector.port),
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': `${API}.extensions.upstreams.http.v3.HttpProtocolOptions`,
          explicit_http_config: { http2_protocol_options: {} },
        },
      },
    },
  ];
}
