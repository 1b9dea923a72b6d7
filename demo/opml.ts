import { escapeMarkup } from './markdown.ts';

export interface ListedFeed {
  title: string;
  url: string;
  siteUrl: string;
  /** `/` separates nested folders. */
  folder: string;
}

interface Folder {
  folders: Map<string, Folder>;
  feeds: ListedFeed[];
}

/** An OPML 2.0 document of the feeds in their nested folders; https://opml.org/spec2.opml */
export function writeOpml(title: string, feeds: readonly ListedFeed[]): string {
  const root = emptyFolder();
  for (const feed of feeds) folderAt(root, feed.folder).feeds.push(feed);
  return `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>${escapeMarkup(title)}</title></head>
  <body>
${writeFolder(root, '    ')}
  </body>
</opml>
`;
}

function emptyFolder(): Folder {
  return { folders: new Map(), feeds: [] };
}

function folderAt(root: Folder, folderPath: string): Folder {
  return folderPath.split('/').reduce((parent, name) => {
    const child = parent.folders.get(name) ?? emptyFolder();
    parent.folders.set(name, child);
    return child;
  }, root);
}

function writeFolder(folder: Folder, indent: string): string {
  const folders = [...folder.folders].map(
    ([name, child]) =>
      `${indent}<outline text="${escapeMarkup(name)}">\n${writeFolder(child, `${indent}  `)}\n${indent}</outline>`,
  );
  const feeds = folder.feeds.map((feed) => {
    const [title, url, siteUrl] = [feed.title, feed.url, feed.siteUrl].map(escapeMarkup);
    return `${indent}<outline type="rss" text="${title}" title="${title}" xmlUrl="${url}" htmlUrl="${siteUrl}"/>`;
  });
  return [...folders, ...feeds].join('\n');
}
