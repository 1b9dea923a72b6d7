import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, createGzip, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { type RawInsertFormat, Session } from 'chdb';

// What clickhouse.ts starts as a process of its own: `server.ts PORT FOLDER USER PASSWORD`.

const DECODERS: Record<string, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Parameters of the address that are no settings of the engine. */
const NOT_SETTINGS = new Set(
  'query,database,default_format,query_id,user,password,session_id,session_timeout,session_check,role,compress,decompress'.split(
    ',',
  ),
);

const INSERT =
  /^\s*insert\s+into\s+(?:table\s+)?(?<table>[\w.`"]+)\s*(?:\((?<columns>[^)]*)\))?\s*format\s+(?<format>\w+)\s*;?\s*(?<data>[\s\S]*)$/i;
const RAW_FORMATS = 'JSONEachRow,JSONCompactEachRow,CSV,CSVWithNames,TSV,TabSeparated,TSVWithNames'.split(',');

const [port, folder = '', user, password] = process.argv.slice(2);

/** An error as the server answers it: its number and its text. */
class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}`);
    this.code = code;
  }
}

async function serve(): Promise<void> {
  // Kept open, so that the engine stays up between requests.
  const engine = new Session(folder);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => answerError(response, error));
  });
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  process.send?.('ready');
  // Whoever started this is gone.
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    engine.close();
    process.exit(0);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname === '/ping') return void response.end('Ok.\n');
  const body = await readBody(request);
  authenticate(request, searchParams);
  const inAddress = searchParams.get('query');
  const sql = inAddress === null ? body : Buffer.concat([Buffer.from(`${inAddress}\n`), body]);
  if (sql.toString('latin1', 0, 100).trim() === '') throw new Refusal(62, 'Syntax error: Empty query. (SYNTAX_ERROR)');
  const session = new Session(folder);
  try {
    await prepare(session, request, searchParams);
    await run(session, { sql, inAddress, body }, searchParams, { request, response });
  } finally {
    session.close();
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'];
  if (!encoding || encoding === 'identity') return body;
  const decode = DECODERS[encoding];
  if (!decode) throw new Refusal(89, `Unknown compression method ${encoding}. (UNKNOWN_COMPRESSION_METHOD)`);
  return decode(body);
}

function authenticate({ headers }: IncomingMessage, searchParams: URLSearchParams): void {
  const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ');
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString() : '';
  const [basicUser, ...rest] = basic === '' ? [] : basic.split(':');
  const given = headers['x-clickhouse-user'] ?? basicUser ?? searchParams.get('user') ?? 'default';
  const key = headers['x-clickhouse-key'] ?? (basicUser === undefined ? searchParams.get('password') : rest.join(':'));
  if (given === user && (key ?? '') === password) return;
  const sentence = `${given}: Authentication failed: password is incorrect, or there is no user with such name.`;
  throw new Refusal(516, `${sentence} (AUTHENTICATION_FAILED)`);
}

/** The database, the settings and the parameters of one request, in a session that ends with it. */
async function prepare(session: Session, { headers }: IncomingMessage, searchParams: URLSearchParams): Promise<void> {
  const database = headers['x-clickhouse-database'] ?? searchParams.get('database');
  if (database) await session.queryAsync(`USE \`${String(database).replaceAll('`', '')}\``);
  for (const [name, value] of searchParams) {
    if (NOT_SETTINGS.has(name) || !/^\w+$/.test(name)) continue;
    await session.queryAsync(`SET ${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
  }
}

interface Asked {
  /** The whole: what the address has, and the body after it. */
  sql: Buffer;
  inAddress: string | null;
  body: Buffer;
}

async function run(
  session: Session,
  asked: Asked,
  searchParams: URLSearchParams,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const insert = INSERT.exec(asked.inAddress ?? asked.sql.toString());
  response.setHeader('x-clickhouse-query-id', searchParams.get('query_id') ?? crypto.randomUUID());
  response.setHeader('x-clickhouse-timezone', 'UTC');
  if (insert?.groups && RAW_FORMATS.includes(insert.groups.format ?? '')) {
    const { table = '', columns, format, data = '' } = insert.groups;
    const { rowsWritten, bytesWritten } = await session.insert({
      table: table.replaceAll(/[`"]/g, ''),
      ...(columns ? { columns: columns.split(',').map((column) => column.trim().replaceAll(/[`"]/g, '')) } : {}),
      format: format as RawInsertFormat,
      values: asked.inAddress === null || data.trim() !== '' ? Buffer.from(data) : asked.body,
    });
    const summary = { written_rows: String(rowsWritten), written_bytes: String(bytesWritten) };
    response.setHeader('x-clickhouse-summary', JSON.stringify({ read_rows: '0', read_bytes: '0', ...summary }));
    return void response.end();
  }
  const format = String(request.headers['x-clickhouse-format'] ?? searchParams.get('default_format') ?? 'TabSeparated');
  const result = await session.queryAsync(asked.sql.toString(), { format });
  const summary = { read_rows: String(result.rowsRead), read_bytes: String(result.bytesRead), written_rows: '0' };
  response.setHeader('x-clickhouse-summary', JSON.stringify(summary));
  response.setHeader('x-clickhouse-format', /\bformat\s+(\w+)\s*;?\s*$/i.exec(asked.sql.toString())?.[1] ?? format);
  send(result.bytes(), searchParams, request, response);
}

function send(bytes: Uint8Array, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
  const isAsked = query.get('enable_http_compression') === '1' && /gzip/.test(request.headers['accept-encoding'] ?? '');
  if (!isAsked) return void response.end(bytes);
  response.setHeader('content-encoding', 'gzip');
  const gzip = createGzip();
  gzip.pipe(response);
  gzip.end(bytes);
}

/** The statuses of ClickHouse's server: 403 for who may not, 404 for what is not there, 400 for what cannot be read, else 500. */
function answerError(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)\./.exec(message)?.[1] ?? 1002);
  const status = { 516: 403, 497: 403, 60: 404, 81: 404, 47: 404, 62: 400, 27: 400, 117: 400, 36: 400 }[code] ?? 500;
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'x-clickhouse-exception-code': String(code), 'content-type': 'text/plain' });
  response.end(`${message}\n`);
}

await serve();
