import { Problem } from '@alt/contracts';

const NEWLINE = 10;

export interface Splitter {
  push(chunk: Buffer): void;
  /** The last line, where no newline ends it. */
  end(): void;
}

/**
 * Cuts bytes into lines in one pass, numbered from 1; holds one line that is not finished. `onLine` hears of every line that is not
 * empty, with null for one that was too long to be read. Throws a Problem for too many lines.
 */
export function createSplitter(
  { maximumLines, maximumLineBytes }: { maximumLines: number; maximumLineBytes: number },
  onLine: (number: number, text: string | null) => void,
): Splitter {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  const keep = (piece: Buffer) => {
    restBytes += piece.length;
    // What is longer is refused; its bytes need not be kept.
    if (restBytes <= maximumLineBytes) rest.push(piece);
  };
  const finish = () => {
    number += 1;
    if (number > maximumLines) throw new Problem('body-too-large', `A request may have ${maximumLines} lines.`);
    const isTooLong = restBytes > maximumLineBytes;
    const whole = rest.length === 1 && rest[0] ? rest[0] : Buffer.concat(rest);
    rest = [];
    restBytes = 0;
    if (isTooLong) return onLine(number, null);
    const text = whole.toString('utf8');
    if (text.trim() !== '') onLine(number, text);
  };
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        start = end + 1;
        finish();
      }
      // A copy: the chunk belongs to whoever read it.
      if (start < chunk.length) keep(Buffer.from(chunk.subarray(start)));
    },
    end() {
      if (restBytes > 0) finish();
    },
  };
}
