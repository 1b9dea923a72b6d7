import { parseArgs } from 'node:util';

/** A command line that the command cannot take; the right usage is shown with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Values<Options extends Record<string, 'string' | 'boolean'>> = {
  [Name in keyof Options]?: Options[Name] extends 'string' ? string : boolean;
};

/**
 * Splits a command's arguments into `--options` and the others, of which there must be `least` to `most`.
 * Throws UsageError.
 */
export function readArguments<const Options extends Record<string, 'string' | 'boolean'>>(
  args: string[],
  { least, most = least, options }: { least: number; most?: number; options: Options },
): { given: string[]; options: Values<Options> } {
  const types = Object.entries(options).map(([name, type]) => [name, { type }] as const);
  const { positionals, values } = parse(args, Object.fromEntries(types));
  if (positionals.length < least) throw new UsageError('Something is missing.');
  if (positionals.length > most) throw new UsageError(`"${positionals[most]}" is too much.`);
  return { given: positionals, options: values as Values<Options> };
}

function parse(args: string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // Node's sentences go on with hints for programmers.
    throw new UsageError(
      error instanceof Error ? `${error.message.split(/\.\s/)[0]}.`.replace(/\.\.$/, '.') : String(error),
    );
  }
}
