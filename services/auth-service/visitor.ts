import { languageOf } from './mail/wording.ts';
import type { MailLanguage } from './providers/provider.ts';
import type { Visitor } from './sessions.ts';

/** Who sent a request, as far as it says so itself. */
export function visitorOf(request: Request, address: string): Visitor & { language: MailLanguage } {
  const device = (request.headers.get('user-agent') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 300);
  return { address: address.slice(0, 100), device, language: languageOf(request.headers.get('accept-language')) };
}
