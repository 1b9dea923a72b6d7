import type { AuditLineDocument } from '@alt/contracts';

export type ExportFormat = 'ndjson' | 'csv';

const COLUMNS = [
  'at',
  'action',
  'outcome',
  'accountId',
  'sessionId',
  'requestId',
  'address',
  'userAgent',
  'detail',
  'id',
] as const satisfies readonly (keyof AuditLineDocument)[];

/**
 * Lines as a file to keep, as they come from the database: a JSON document a line, or CSV (RFC 4180). Ends when the
 * reader hangs up.
 */
export function exportAnswer(pages: AsyncGenerator<AuditLineDocument[]>, format: ExportFormat): Response {
  const encoder = new TextEncoder();
  let hasHead = format !== 'csv';
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!hasHead) {
          hasHead = true;
          return controller.enqueue(encoder.encode(`${COLUMNS.join(',')}\r\n`));
        }
        const { done, value } = await pages.next();
        if (done) return controller.close();
        controller.enqueue(encoder.encode(value.map(format === 'csv' ? csvLine : jsonLine).join('')));
      },
      cancel: async () => void (await pages.return(undefined)),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="audit.${format}"`,
      'cache-control': 'private, no-store',
    },
  });
}

function jsonLine(line: AuditLineDocument): string {
  return `${JSON.stringify(line)}\n`;
}

function csvLine(line: AuditLineDocument): string {
  return `${COLUMNS.map((column) => csvCell(line[column])).join(',')}\r\n`;
}

/**
 * A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe before it: user agents and names are
 * written by strangers. OWASP, CSV Injection.
 */
export function csvCell(value: unknown): string {
  const text = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const guarded = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${guarded.replaceAll('"', '""')}"`;
}
