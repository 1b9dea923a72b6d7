import type { z } from 'zod';

/** Raised when a setting is missing or wrong; the message says which and what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads a service's configuration from the environment. Throws a ConfigError with one sentence for each mistake. */
export function parseConfig<Config>(
  name: string,
  schema: z.ZodType<Config>,
  environment: Record<string, string | undefined>,
): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const sentences = result.error.issues.map((issue) => `${issue.path.join('.') || name}: ${issue.message}`);
  throw new ConfigError(`${name} cannot start with these settings.\n  ${sentences.join('\n  ')}`);
}
