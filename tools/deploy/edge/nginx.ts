import { Problem, type ProblemCode } from '@alt/contracts';
import {
  addressOf,
  internalHeaders,
  privatePaths,
  publicOrigin,
  publicRoutes,
  servicePort,
  services,
  streamedPaths,
  workloads,
} from '@alt/topology';

/** Lines for what a cluster, or a test, decides. */
export type NginxPlaces = {
  /** `listen` directives, and what belongs to TLS. */
  listen: string;
  /** `set_real_ip_from` for each proxy in front whose word about addresses counts. */
  trusted: string;
  /** The scheme of the public address. */
  scheme: string;
  /** Runs in the server before all else: a redirect to HTTPS. */
  redirect: string;
  /** The header that keeps browsers at HTTPS. */
  strict: string;
  /** `host:port` of a service. */
  address(name: string): string;
  /** Which service answers a route that Oathkeeper may guard. */
  guarded(name: string): string;
  /** Oathkeeper's own upstream, and the routes that exist behind it alone. */
  guard: { upstream: string; routes: string };
};

/** Tells browsers to stay at HTTPS. */
export const strictHeader = `add_header Strict-Transport-Security "${publicOrigin.strictTransportSecurity}" always;`;

/** Types that compress well. Events are not among them: they must not wait in a compressor. */
const COMPRESSED = [
  ...['css', 'csv', 'javascript', 'markdown', 'plain', 'vcard', 'xml', 'x-opml'].map((type) => `text/${type}`),
  ...[
    'atom+xml',
    'feed+json',
    'javascript',
    'json',
    'ld+json',
    'manifest+json',
    'problem+json',
    'rss+xml',
    'schema+json',
    'xhtml+xml',
    'xml',
  ].map((type) => `application/${type}`),
  'image/svg+xml',
];

/** A request's headers that say something of the connection, or that only our services may say. */
const DROPPED = [
  ...internalHeaders,
  ...['host', 'port', 'server', 'prefix', 'ssl', 'scheme', 'user', 'email'].map((part) => `x-forwarded-${part}`),
  ...['keep-alive', 'proxy-authorization', 'te', 'trailer', 'upgrade', 'expect'],
];

/** The configuration of the single public origin of a cluster: what the gateway does on one machine. */
export function nginxConfiguration(places: NginxPlaces): string {
  return `${main()}
http {
${indented(limits())}
${indented(logging())}
${indented(routing(places))}
${indented(upstreams(places))}

  server {
    ${places.listen.trim().replaceAll('\n', '\n    ')}
    server_name _;
${indented(server(places), 4)}
  }
}
`;
}

/** The same as a template of the chart. */
export function nginxTemplate(): string {
  return nginxConfiguration({
    listen: `listen 80;
{{- if .Values.ipv6 }}
listen [::]:80;
{{- end }}
{{- if .Values.tls.enabled }}
listen 443 ssl http2;
{{- if .Values.ipv6 }}
listen [::]:443 ssl http2;
{{- end }}
ssl_certificate /etc/nginx/tls/tls.crt;
ssl_certificate_key /etc/nginx/tls/tls.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_session_cache shared:tls:10m;
ssl_session_timeout 1d;
ssl_session_tickets off;
{{- end }}`,
    trusted: `{{- range .Values.trustedProxies }}
set_real_ip_from {{ . }};
{{- end }}`,
    scheme: '{{ .Values.public.scheme }}',
    redirect: `{{- if .Values.tls.redirect }}
if ($scheme = http) {
  return 308 https://{{ .Values.public.host }}$request_uri;
}
{{- end }}`,
    strict: `{{ if eq .Values.public.scheme "https" }}${strictHeader}{{ end }}`,
    guard: {
      routes: `{{- if .Values.oathkeeper.enabled }}\n${guardRoutes()}\n{{- end }}`,
      upstream: `{{- if .Values.oathkeeper.enabled }}\n${upstream('oathkeeper', clusterAddress('oathkeeper'))}\n{{- end }}`,
    },
    address: clusterAddress,
    guarded: (name) => `{{ if .Values.oathkeeper.enabled }}oathkeeper{{ else }}${name}{{ end }}`,
  });
}

function main(): string {
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr warn;
worker_shutdown_timeout 30s;

events {
  worker_connections 4096;
}
`;
}

function limits(): string {
  const { headerMaximumBytes } = publicOrigin;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path /tmp/${name};`,
  );
  return `${temporary.join('\n')}
server_tokens off;
# A path is passed on as it came, and matched as it came: an encoded slash is no slash.
merge_slashes off;

# Bodies stream to the service, which knows how much it takes and says so; headers are limited as Node's own parser does it.
client_max_body_size 0;
proxy_request_buffering off;
large_client_header_buffers 2 ${headerMaximumBytes / 1024}k;
client_header_timeout 15s;
client_body_timeout 60s;
send_timeout 60s;
keepalive_timeout 65s;
# Coarse: the limits that know accounts are the services'.
limit_req_zone $binary_remote_addr zone=requests:10m rate=300r/s;
limit_conn_zone $binary_remote_addr zone=connections:10m;
limit_req_status 429;
limit_conn_status 429;

gzip on;
gzip_comp_level ${publicOrigin.compression.level};
gzip_min_length ${publicOrigin.compression.minimumBytes};
gzip_proxied any;
gzip_vary off; # said of every answer that could be compressed, below
gzip_types ${COMPRESSED.join(' ')};
`;
}

function logging(): string {
  return `log_format json escape=json '{"time":"$time_iso8601","level":"info","requestId":"$alt_request_id","address":"$remote_addr",'
  '"method":"$request_method","path":"$raw_path","status":$status,"sent":$body_bytes_sent,"tookSeconds":$request_time,'
  '"service":"$service","traceparent":"$http_traceparent"}';
access_log /dev/stdout json;
`;
}

function routing(places: NginxPlaces): string {
  const hidden = privatePaths.map((path) => `  "~^${path}(?:/|$)" "";`);
  const routes = publicRoutes.flatMap((route) => {
    if (route.prefix === '/') return [];
    const name = 'isGuarded' in route && !isOnlyBehindGuard(route.to) ? places.guarded(route.to) : route.to;
    if (isOnlyBehindGuard(route.to)) return [];
    return [`  "~^${route.prefix}(?:/|$)" "${name}";`];
  });
  return `${places.trusted}
real_ip_header X-Forwarded-For;
real_ip_recursive on;

map $http_x_request_id $alt_request_id {
  "~^[A-Za-z0-9_-]{8,64}$" $http_x_request_id;
  default $request_id;
}
# Which answers depend on what a client takes (RFC 9110, 12.5.5), where the service has not said so.
map "$upstream_http_content_type|$upstream_http_vary" $vary_by_encoding {
  "~*\\|.*\\baccept-encoding\\b" "";
  "~*^text/event-stream" "";
  "~*^(?:text/|image/svg\\+xml|application/(?:[\\w.-]+\\+)?(?:json|xml)\\b|application/javascript)" accept-encoding;
}
# The path as it came, without the query. Dot segments are resolved where there are any; together with an encoded slash or a
# backslash they could mean one thing here and another to a service, and there is nothing at such an address.
map $request_uri $raw_path {
  "~^(?<path_as_it_came>[^?]*)" $path_as_it_came;
}
map $raw_path $path_kind {
  "~*/(?:\\.|%2e){1,2}(?:/.*)?(?:%2f|%5c)" ambiguous;
  "~*(?:%2f|%5c).*/(?:\\.|%2e){1,2}(?:/|$)" ambiguous;
  "~\\\\\\\\" ambiguous;
  "~*/(?:\\.|%2e){1,2}(?:/|$)" dotted;
  default plain;
}
map $path_kind $route_path {
  plain $raw_path;
  dotted $uri;
  default /metrics;
}
# The first that fits wins.
map $route_path $service {
${[...hidden, places.guard.routes, ...routes].filter((line) => line !== '').join('\n')}
  default ${publicRoutes.find(({ prefix }) => prefix === '/')?.to};
}
`;
}

/** A route whose target is reached through Oathkeeper alone stays with the row below it until that stands. */
function isOnlyBehindGuard(name: string): boolean {
  return !(name in services);
}

function upstreams(places: NginxPlaces): string {
  const names = [...new Set(publicRoutes.map(({ to }) => to))].filter((name) => !isOnlyBehindGuard(name));
  return [...names.map((name) => upstream(name, places.address(name))), places.guard.upstream].join('\n');
}

function upstream(name: string, address: string): string {
  return `upstream ${name} {
  server ${address} max_fails=0;
  keepalive 64;
  # Shorter than the service's own, or a request would meet a connection that just closed.
  keepalive_timeout 4s;
}`;
}

function guardRoutes(): string {
  return publicRoutes
    .filter(({ to }) => isOnlyBehindGuard(to))
    .map(({ prefix }) => `  "~^${prefix}(?:/|$)" "oathkeeper";`)
    .join('\n');
}

function server(places: NginxPlaces): string {
  const streams = streamedPaths.map(
    ({ path }) => `# Events arrive as they are sent, for as long as somebody listens.
location = ${path} {
  proxy_buffering off;
  proxy_read_timeout 1h;
  proxy_pass http://$service;
}`,
  );
  return `${places.redirect}
${places.strict}
add_header Vary $vary_by_encoding always;
limit_req zone=requests burst=2000 nodelay;
limit_conn connections 512;

proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_set_header X-Request-Id $alt_request_id;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto ${places.scheme};
${DROPPED.map((name) => `proxy_set_header ${name} "";`).join('\n')}
${internalHeaders.map((name) => `proxy_hide_header ${name};`).join('\n')}
proxy_hide_header Strict-Transport-Security;
proxy_connect_timeout 5s;
proxy_read_timeout ${publicOrigin.answerTimeoutMs / 1_000}s;
proxy_send_timeout ${publicOrigin.answerTimeoutMs / 1_000}s;
proxy_next_upstream off;
proxy_buffers 16 16k;
proxy_buffer_size 16k;
# An answer that is larger is read as fast as it is taken; nothing is written to the disk.
proxy_max_temp_file_size 0;

${problemPages(places)}

# Of the platform: that somebody answers, and that reading and signing in work.
location = /v1/live {
  default_type application/json;
  return 200 '{"status":"ok","service":"alt"}';
}
${['ready', 'health'].map(platformState).join('\n')}
${streams.join('\n')}
location / {
  if ($service = "") {
    return 404;
  }
  proxy_pass http://$service;
}`;
}

function platformState(kind: string): string {
  return `location = /v1/${kind} {
  auth_request /-/${kind};
  proxy_intercept_errors on;
  error_page 500 502 503 504 =503 @unavailable;
  proxy_pass http://alt-backend;
}
location = /-/${kind} {
  internal;
  proxy_pass http://auth-service/v1/${kind};
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
}`;
}

/** Errors of nginx's own, as the problem documents that services answer with. A service's errors pass as they are. */
function problemPages(places: NginxPlaces): string {
  const rows: [codes: string, status: number, code: ProblemCode, detail: string][] = [
    ['404', 404, 'not-found', 'There is nothing at this address.'],
    ['413', 413, 'body-too-large', 'The body is too large.'],
    ['429', 429, 'too-many-requests', 'Ask less often.'],
    ['502 503', 503, 'unavailable', 'A part of Alt is not available just now. Try again in a moment.'],
    ['504', 504, 'timeout', 'A part of Alt took too long. Try again.'],
  ];
  const named = rows.map(([codes, status, code, detail]) => {
    const document = new Problem(code, detail).toDocument('$alt_request_id');
    return `error_page ${codes} =${status} @${code};
location @${code} {
  internal;
  default_type application/problem+json;
  add_header Cache-Control no-store always;
  ${places.strict}
  ${status === 503 || status === 429 ? 'add_header Retry-After 5 always;' : ''}
  return ${status} '${JSON.stringify(document)}';
}`;
  });
  // As Node's own parser answers: without a document. By an address, for one that is too long has none to be kept.
  const large = "error_page 414 494 =431 /-/large;\nlocation = /-/large {\n  internal;\n  return 431 '';\n}";
  return [...named, large].join('\n').replaceAll(/^ +\n/gm, '');
}

export function clusterAddress(name: string): string {
  if (name === 'oathkeeper')
    return addressOf(name, workloads.oathkeeper.ports.proxy, 'cluster').slice('http://'.length);
  const isServer = (each: string): each is 'alt-backend' => each in services;
  if (!isServer(name)) throw new Error(`${name} is no service.`);
  return addressOf(name, servicePort(name), 'cluster').slice('http://'.length);
}

function indented(text: string, by = 2): string {
  return text.trim().replaceAll(/^(?=.)/gm, ' '.repeat(by));
}
