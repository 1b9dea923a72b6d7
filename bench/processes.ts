import { readdir, readFile } from 'node:fs/promises';

/** Memory of a process and all below it, in MB: what is shared is divided among those who share it (PSS). Linux only. */
export async function treeMemoryMb(pid: number): Promise<number> {
  const sizes = await Promise.all((await processTree(pid)).map(proportionalKb));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function processTree(pid: number): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(names.map(async (name) => [name, await parentOf(name)] as const)));
  const found = [pid];
  for (const member of found) {
    for (const [child, parent] of parents) if (parent === member) found.push(child);
  }
  return found;
}

async function parentOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
}

async function proportionalKb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
}
