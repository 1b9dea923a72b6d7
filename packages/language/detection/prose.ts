/**
 * What of a text tells its language: up to five pieces from over the whole of it (a page may begin with a menu or a
 * quotation), about 1,500 characters together, without addresses, accounts, files, programs, markup and words with digits.
 */
export function sampleProse(text: string): string {
  const isWhole = text.length <= PIECES * READ_LENGTH;
  return piecesOf(text)
    .map((piece) => proseOf(piece).slice(0, isWhole ? PIECES * PIECE_LENGTH : PIECE_LENGTH))
    .join('\n');
}

const PIECES = 5;
const PIECE_LENGTH = 300;
/** More is read than used, because a piece may be all addresses. */
const READ_LENGTH = 600;

function piecesOf(text: string): string[] {
  if (text.length <= PIECES * READ_LENGTH) return [text];
  const step = (text.length - READ_LENGTH) / (PIECES - 1);
  return Array.from({ length: PIECES }, (_, index) => {
    const start = Math.floor(index * step);
    return text.slice(start, start + READ_LENGTH);
  });
}

function proseOf(piece: string): string {
  return withoutCode(piece)
    .replaceAll('\u00ad', '')
    .replace(/<\/?[A-Za-z][^<>]{0,300}>|&(?:#\d{1,7}|#x[\da-f]{1,6}|[A-Za-z]{2,10});/g, ' ')
    .replace(/[\x21-\x7e]+/g, (run) => (notProse.test(run) ? ' ' : run))
    .normalize('NFKC');
}

/** Without lines that are mostly the signs of programs and tables. */
function withoutCode(piece: string): string {
  return piece
    .split('\n')
    .filter((line) => {
      const signs = line.match(/[{}()[\];=<>|\\/_$#@*&^~`]/g)?.length ?? 0;
      return signs < 3 || signs * 8 < line.length;
    })
    .join('\n');
}

/**
 * A run of ASCII without blanks that is an address, an account, a subject, a domain or file, or has a digit, an underscore
 * or a capital inside. Chinese and Japanese stand around such runs without blanks.
 */
const notProse = /[\d_@#\\]|:\/\/|^www\.|[a-z][A-Z]|^[A-Za-z-]+(?:\.[A-Za-z-]+)*\.[a-z]{2,6}(?:[/:?]|[.,;:!?)"']*$)/;
