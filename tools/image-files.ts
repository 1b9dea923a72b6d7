// `node tools/image-files.ts <target>`: the files of an image; see docs/images.md.
import { copyFileSync, mkdirSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createImageFiles, type ImageFiles, without } from './images/files.ts';
import { imageTargets } from './images/targets.ts';

const USAGE = `Usage: node tools/image-files.ts TARGET [--root DIR] [--cpu x64|arm64] [--without shared-auth] [--copy DIR]
       node tools/image-files.ts --sizes

Prints the files and links of an image, or copies them.
--root DIR           where the sources and their node_modules lie; here unless given
--cpu CPU            the processor that native packages are for; this machine's unless given
--without TARGET     leaves out what that one holds
--copy DIR           puts them there instead, links kept, all with the time of SOURCE_DATE_EPOCH
TARGET is one of ${imageTargets.join(', ')}.`;

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      root: { type: 'string', default: path.dirname(import.meta.dirname) },
      cpu: { type: 'string', default: process.arch },
      without: { type: 'string' },
      copy: { type: 'string' },
      sizes: { type: 'boolean' },
    },
  });
  const root = path.resolve(values.root);
  const filesOf = createImageFiles(root, { os: 'linux', cpu: values.cpu });
  if (values.sizes) {
    printSizes(root, filesOf);
    return;
  }
  const [target] = positionals;
  if (!target || positionals.length > 1) throw new Error(USAGE);
  const all = filesOf(target);
  const wanted = values.without ? without(all, filesOf(values.without)) : all;
  if (values.copy) {
    copy(wanted, root, path.resolve(values.copy));
    return;
  }
  for (const file of wanted.files) console.log(file);
  for (const link of wanted.links) console.log(`${link.path} -> ${link.to}`);
}

/** Files are made anew, so that nothing of this machine (owner, mode, time) comes along. */
function copy({ files, links }: ImageFiles, root: string, folder: string): void {
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? 0);
  for (const file of files) {
    const to = path.join(folder, file);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(path.join(root, file), to);
    utimesSync(to, seconds, seconds);
  }
  for (const link of links) {
    mkdirSync(path.dirname(path.join(folder, link.path)), { recursive: true });
    symlinkSync(link.to, path.join(folder, link.path));
  }
}

function printSizes(root: string, filesOf: (target: string) => ImageFiles): void {
  const shared = filesOf('shared-auth');
  console.log('| target | files | MB | of these own MB |\n|---|---|---|---|');
  for (const target of imageTargets) {
    const all = filesOf(target);
    const own = target === 'shared-auth' ? all : without(all, shared);
    console.log(`| ${target} | ${all.files.length} | ${megabytes(all, root)} | ${megabytes(own, root)} |`);
  }
}

function megabytes({ files }: ImageFiles, root: string): string {
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
  return (bytes / 1e6).toFixed(1);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
