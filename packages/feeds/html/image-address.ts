import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and checks the signed addresses under which article images are fetched by Alt. */
export interface ImageAddresses {
  /** `/v1/images/<signature>/<url>` for an image's URL. */
  address(url: string): string;
  /** Sanitised HTML with every image at its signed address. */
  rewrite(html: string): string;
  /** The image's URL, or null if the signature is not ours. */
  verify(signature: string, encodedUrl: string): string | null;
}

/** Which attributes hold images; a `source` of audio or video holds media in `src`. */
const IMAGE_ATTRIBUTES = {
  img: /\b(src|srcset)="([^"]*)"/g,
  source: /\b(srcset)="([^"]*)"/g,
  video: /\b(poster)="([^"]*)"/g,
  audio: /\b(poster)="([^"]*)"/g,
};

export function createImageAddresses(key: string): ImageAddresses {
  const sign = (url: string) => createHmac('sha256', key).update(url).digest().subarray(0, 18).toString('base64url');
  const address = (url: string) =>
    /^https?:/i.test(url) ? `/v1/images/${sign(url)}/${Buffer.from(url).toString('base64url')}` : url;
  return {
    address,
    // The sanitiser writes attributes in double quotes, and escapes & < > " in them.
    rewrite: (html) =>
      html.replace(/<(img|source|video|audio)\b[^>]*>/g, (tag, name: keyof typeof IMAGE_ATTRIBUTES) =>
        tag.replace(IMAGE_ATTRIBUTES[name], (_all, attribute: string, value: string) => {
          const plain = unescapeHtml(value);
          return `${attribute}="${attribute === 'srcset' ? rewriteSrcset(plain, address) : address(plain)}"`;
        }),
      ),
    verify(signature, encodedUrl) {
      const url = Buffer.from(encodedUrl, 'base64url').toString();
      const wanted = Buffer.from(sign(url));
      const given = Buffer.from(signature);
      return wanted.length === given.length && timingSafeEqual(wanted, given) ? url : null;
    },
  };
}

function rewriteSrcset(srcset: string, address: (url: string) => string): string {
  return srcset
    .split(/,\s+/)
    .map((candidate) => {
      const [url = '', ...descriptors] = candidate.trim().split(/\s+/);
      return [address(url), ...descriptors].join(' ');
    })
    .join(', ');
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&nbsp;/g, '\u00a0')
    .replace(/&amp;/g, '&');
}
