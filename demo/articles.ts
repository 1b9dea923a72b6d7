import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { firstParagraph, renderMarkdown } from './markdown.ts';
import type { Site } from './sites.ts';

export interface Article {
  slug: string;
  /** Sub-folder of the site, for sites with several feeds; empty otherwise. */
  section: string;
  title: string;
  /** Relative links; relative to the site's home. */
  html: string;
  summary: string;
  publishedAt: Date;
  tags: string[];
  /** What the article's picture shows; null if it has none. */
  imageDescription: string | null;
}

/**
 * Reads the essays of a site from `sites/<key>/**.md`, newest first. Each file begins with `name: value` lines up to `---`:
 * `title`, `age` (before `startedAt`: `40m`, `5h` or `12d`; `-3m` arrives three minutes after it), `tags`, `image`.
 */
export async function readArticles(site: Site, startedAt: Date): Promise<Article[]> {
  const folder = path.join(import.meta.dirname, 'sites', site.key);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.md'));
  const articles = await Promise.all(
    files.map(async (file) => parseArticle(file, await readFile(path.join(folder, file), 'utf8'), startedAt)),
  );
  return articles.sort((a, b) => b.publishedAt.getTime() - a.publishedAt.getTime());
}

function parseArticle(file: string, source: string, startedAt: Date): Article {
  const separator = source.indexOf('\n---\n');
  const head = new Map(
    source
      .slice(0, separator)
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = source.slice(separator + '\n---\n'.length);
  const required = (name: string): string => {
    const value = head.get(name);
    if (value === undefined) throw new Error(`The demo article ${file} has no line "${name}: …" at its head.`);
    return value;
  };
  return {
    slug: path.basename(file, '.md'),
    section: path.dirname(file) === '.' ? '' : path.dirname(file),
    title: required('title'),
    html: renderMarkdown(body),
    summary: firstParagraph(body),
    publishedAt: new Date(startedAt.getTime() - ageMs(required('age'), file)),
    tags: required('tags')
      .split(',')
      .map((tag) => tag.trim()),
    imageDescription: head.get('image') ?? null,
  };
}

function ageMs(age: string, file: string): number {
  const match = /^(-?\d+)([mhd])$/.exec(age);
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  if (unitMs === undefined) throw new Error(`The demo article ${file} has the age "${age}"; write 40m, 5h or 12d.`);
  return Number(match?.[1]) * unitMs;
}
