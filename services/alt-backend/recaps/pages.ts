import { hash } from 'node:crypto';

/** The style of a recap as a page. */
export const RECAP_STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}h2{margin-top:2rem}small{color:#666}';

/** The style of the page that asks whether recaps by mail are wanted. */
export const CONSENT_STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}form{display:inline-block;margin-right:1rem}button{font:inherit;padding:.5rem 1rem}';

/**
 * The policy of a page of a recap: nothing is loaded and no script runs, and of styles only this very one counts.
 */
export function pagePolicy(style: string | null, { hasForms = false } = {}): string {
  const styles = style === null ? [] : [`style-src 'sha256-${hash('sha256', style, 'base64')}'`];
  const forms = hasForms ? "form-action 'self'" : "form-action 'none'";
  return ["default-src 'none'", ...styles, forms, "frame-ancestors 'none'", "base-uri 'none'"].join('; ');
}
