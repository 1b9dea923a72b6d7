import { existsSync } from 'node:fs';
import path from 'node:path';
import { toolPath } from '../tools.ts';
import { type Check, counting, execute, type Step } from './step.ts';

type Finding = { line: number; code: string; message: string; level: string };

/** hadolint over the Dockerfile: every finding counts, whatever level it has. */
export const dockerfileStep: Step = {
  name: 'dockerfile',
  needs: ['hadolint'],
  async run({ root }): Promise<Check> {
    const file = path.join(root, 'Dockerfile');
    if (!existsSync(file)) return { errors: [], counted: '0 Dockerfiles' };
    return { errors: await lintDockerfile(file), counted: counting(1, 'Dockerfile') };
  },
};

export async function lintDockerfile(file: string): Promise<string[]> {
  const { stdout, stderr } = await execute(toolPath('hadolint'), ['--no-color', '--format', 'json', file]);
  if (!stdout.trim().startsWith('[')) throw new Error(`hadolint gave no report: ${stderr || stdout}`);
  const findings = JSON.parse(stdout) as Finding[];
  return findings.map(({ line, code, message }) => `Dockerfile:${line}: ${message} (${code})`);
}
