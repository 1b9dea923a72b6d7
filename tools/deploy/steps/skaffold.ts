import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { toolPath } from '../tools.ts';
import { type Check, counting, execute, type Step } from './step.ts';

type Release = { name?: string; chartPath?: string; valuesFiles?: string[] };
type Helm = { deploy?: { helm?: { releases?: Release[] } } };
type Config = Helm & { profiles?: (Helm & { name: string })[]; test?: { structureTests?: string[] }[] };

/** Skaffold itself reads every configuration in every profile, and the files that the releases name are there. */
export const skaffoldStep: Step = {
  name: 'skaffold',
  needs: ['skaffold'],
  async run({ root, scratch }): Promise<Check> {
    const files = await configurations(path.join(root, 'skaffold'));
    const home = await scratch();
    const errors: string[] = [];
    let readings = 0;
    for (const file of files) {
      const place = path.relative(root, file);
      const configs = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS() as Config);
      errors.push(...missingFiles(path.dirname(file), configs).map((sentence) => `${place}: ${sentence}`));
      const profiles = [...new Set(configs.flatMap(({ profiles = [] }) => profiles.map(({ name }) => name)))];
      for (const profile of [undefined, ...profiles]) {
        readings += 1;
        const problem = await diagnose(file, profile, home);
        if (problem) errors.push(`${place}${profile ? ` (${profile})` : ''}: ${problem}`);
      }
    }
    return { errors, counted: `${counting(readings, 'reading')} of ${counting(files.length, 'file')}` };
  },
};

/** The orchestrator's file and each layer's. */
async function configurations(folder: string): Promise<string[]> {
  const layers = (await readdir(folder).catch(() => [])).filter((name) => /^\d\d-/.test(name)).sort();
  const files = ['skaffold.yaml', ...layers.map((layer) => path.join(layer, 'skaffold.yaml'))];
  return files.map((file) => path.join(folder, file)).filter((file) => existsSync(file));
}

/** A sentence for each file that a release or a test of an image names and that is not there. Templated names are Skaffold's to fill in. */
export function missingFiles(folder: string, configs: readonly Config[]): string[] {
  const releases = configs.flatMap((config) =>
    [config, ...(config.profiles ?? [])].flatMap(({ deploy }) => deploy?.helm?.releases ?? []),
  );
  const named = releases.flatMap(({ chartPath, valuesFiles = [] }) => [
    ...(chartPath ? [chartPath] : []),
    ...valuesFiles,
  ]);
  // Skaffold only warns where one of these is not there, and then looks at nothing.
  named.push(...configs.flatMap(({ test = [] }) => test.flatMap(({ structureTests = [] }) => structureTests)));
  const plain = [...new Set(named)].filter((name) => !name.includes('{{'));
  return plain.filter((name) => !existsSync(path.join(folder, name))).map((name) => `${name} is not there.`);
}

/** What Skaffold says against a configuration; null when it reads it. */
export async function diagnose(file: string, profile: string | undefined, home: string): Promise<string | null> {
  const args = [
    'diagnose',
    '--yaml-only',
    '--filename',
    path.basename(file),
    ...(profile ? ['--profile', profile] : []),
  ];
  const { code, stderr, stdout } = await execute(toolPath('skaffold'), args, {
    cwd: path.dirname(file),
    // A home of its own: neither the user's settings nor a cluster that happens to be there has a part in this.
    env: {
      ...process.env,
      HOME: home,
      KUBECONFIG: path.join(home, 'none'),
      SKAFFOLD_UPDATE_CHECK: 'false',
      SKAFFOLD_INTERACTIVE: 'false',
    },
  });
  return code === 0 ? null : (stderr || stdout).trim();
}
