/** The small tree builder that Mozilla ships beside Readability; only the parts that are used here. */
declare module '@mozilla/readability/JSDOMParser.js' {
  import type { PageDocument } from './tree.ts';

  class JSDOMParser {
    parse(html: string, url: string): PageDocument;
  }
  export = JSDOMParser;
}
