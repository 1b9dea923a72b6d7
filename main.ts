import { enableCompileCache, getCompileCacheDir } from 'node:module';
import path from 'node:path';

enableCompileCache();
// Threads look here: one starts in half the CPU time when the cache is theirs too.
const cache = getCompileCacheDir();
if (cache) process.env.NODE_COMPILE_CACHE ??= path.dirname(cache);
const { runCommand } = await import('./cli/commands.ts');
process.exitCode = await runCommand(process.argv.slice(2));
