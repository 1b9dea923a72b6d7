import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig } from 'vite';
import { distFolder, stampFile, workFolder } from './build.ts';

const compressible = /\.(?:html|js|css|svg|json|txt)$/;
const worthwhileBytes = 512;
/** What the first screen shares with parts that are loaded later: one file, because many small ones compress worse (3 kB). */
const firstLoad =
  /app\/(?:data\/(?!enrichment|account|team|annotations)|reader\/(?:place|place-link|list-bar|reader-shortcuts|refresh|sidebar-lines)\.|ui\/(?:button|icons|notice|toasts)\.|language\/translate\.)/;

if (import.meta.main) await bundle(process.argv[2] ?? '');

/** How Vite sees the web app; the same for the build and for `npm run dev`. */
export function viteConfig(outDir: string): InlineConfig {
  return {
    root: join(import.meta.dirname, 'app'),
    configFile: false,
    logLevel: 'error',
    plugins: [react(), tailwind()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      license: false,
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: firstLoad }] } } },
    },
  };
}

/** Builds beside the present build and then takes its place, so that a server never sees half of one. */
async function bundle(stamp: string): Promise<void> {
  const fresh = join(workFolder, `build-${process.pid}`);
  try {
    await build(viteConfig(fresh));
    await compressFiles(fresh);
    await writeFile(join(fresh, stampFile), stamp);
    await rm(distFolder, { recursive: true, force: true });
    await rename(fresh, distFolder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Puts a `.br` and a `.gz` beside every text file: compressed once, as well as can be, and not on every request. */
async function compressFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && compressible.test(entry.name));
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const bytes = await readFile(path);
      if (bytes.length < worthwhileBytes) return;
      const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params: parameters }));
      await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
    }),
  );
}
