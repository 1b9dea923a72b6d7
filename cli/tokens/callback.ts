import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Authorisation } from '../../services/auth-token-manager/authorizing.ts';
import type { AccountState } from '../../services/auth-token-manager/state.ts';
import type { Terminal } from '../terminal.ts';

const WAIT_MINUTES = 10;

/**
 * Listens on loopback until the browser comes back, finishes the authorisation, and says in the browser how it went. Requests of
 * others are refused. Rejects with a sentence where nobody came, or the port is taken.
 */
export async function receiveAnswer(
  redirectUri: URL,
  authorisation: Authorisation,
  terminal: Terminal,
): Promise<AccountState> {
  const { promise, resolve, reject } = Promise.withResolvers<AccountState>();
  let isTaken = false;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', redirectUri.origin);
    if (url.pathname !== redirectUri.pathname || !authorisation.isAnswer(url) || isTaken) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
      return;
    }
    isTaken = true;
    const finished = await authorisation.finish(url).then(
      (state) => ({ state }),
      (error: unknown) => ({ error }),
    );
    response.writeHead('state' in finished ? 200 : 400, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(page('state' in finished ? 'done' : 'failed', request.headers['accept-language'] ?? ''), () =>
      'state' in finished ? resolve(finished.state) : reject(finished.error),
    );
  };
  const server = createServer((request, response) => void handle(request, response).catch(reject));
  server.on('error', () =>
    reject(new Error(`${redirectUri.host} cannot be listened on. End the other program, or use --paste.`)),
  );
  server.listen(Number(redirectUri.port), redirectUri.hostname.replace(/[[\]]/g, ''));
  terminal.remark(`Waiting for the browser at ${redirectUri.origin}. Where it cannot come here: --paste`);
  const late = () => reject(new Error(`Nobody came within ${WAIT_MINUTES} minutes. Nothing was changed.`));
  const timer = setTimeout(late, WAIT_MINUTES * 60_000);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
  }
}

const TEXTS = {
  en: {
    done: 'Alt may use your account now. You can close this page.',
    failed: 'It did not succeed. The terminal says why.',
  },
  ja: {
    done: 'Alt がアカウントを利用できるようになりました。このページは閉じてかまいません。',
    failed: '完了できませんでした。理由は端末に表示されています。',
  },
  ru: {
    done: 'Alt теперь может пользоваться учётной записью. Страницу можно закрыть.',
    failed: 'Не получилось. Причина — в терминале.',
  },
} as const;

function page(what: 'done' | 'failed', languages: string): string {
  const language = (['ja', 'ru'] as const).find((name) => languages.trim().toLowerCase().startsWith(name)) ?? 'en';
  const style =
    'body{font:1.125rem/1.6 system-ui;max-width:32rem;margin:20vh auto;padding:0 1.5rem;color-scheme:light dark}';
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Alt</title><style>${style}</style>`;
  return `<!doctype html><html lang="${language}">${head}<h1>Alt</h1><p>${TEXTS[language][what]}</p></html>\n`;
}
