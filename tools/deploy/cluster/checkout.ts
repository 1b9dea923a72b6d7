// A copy of the checkout as it stands, with a commit of its own: Skaffold takes its tags from Git, and Helm writes beside charts.
import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { execute } from '../steps/step.ts';

export type Checkout = {
  /** The copy's skaffold/. */
  skaffold: string;
  /** Changes a file of all images and commits: every image is another one then. */
  change(): Promise<void>;
};

/**
 * Copies what Git knows or would know. cert-manager and trust-manager come from a registry that is out of reach, so layer 01 does
 * without `requires`, as its README has it for clusters that have both; `timeout` shortens how long Helm waits.
 */
export async function copyCheckout(root: string, folder: string, timeout: string): Promise<Checkout> {
  await mkdir(folder, { recursive: true });
  const listed = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    await cp(path.join(root, file), path.join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // removed, and not yet committed
    });
  }
  const skaffold = path.join(folder, 'skaffold');
  await withoutRequires(path.join(skaffold, '01-foundation', 'skaffold.yaml'));
  await shortened(skaffold, timeout);
  await git(folder, ['init', '--quiet']);
  const commit = async (message: string) => {
    await git(folder, ['add', '--all']);
    await git(folder, [
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.org',
      'commit',
      '--quiet',
      '-m',
      message,
    ]);
  };
  await commit('A copy');
  return {
    skaffold,
    async change() {
      await appendFile(path.join(folder, 'main.ts'), '// changed\n');
      await commit('A change');
    },
  };
}

async function git(directory: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute('git', args, { cwd: directory });
  if (code !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout;
}

async function withoutRequires(file: string): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  if (!document.delete('requires'))
    throw new Error('Layer 01 requires nothing: this copy is not what it was made for.');
  await writeFile(file, document.toString());
}

async function shortened(skaffold: string, timeout: string): Promise<void> {
  for (const layer of ['02-infrastructure', '07-processing']) {
    const file = path.join(skaffold, layer, 'skaffold.yaml');
    const text = await readFile(file, 'utf8');
    const shorter = text.replaceAll(/--timeout=\d+m\]/g, `--timeout=${timeout}]`);
    if (shorter === text) throw new Error(`${file} sets Helm no timeout.`);
    await writeFile(file, shorter);
  }
}
