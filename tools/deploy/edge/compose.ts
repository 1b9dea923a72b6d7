// `npm run compose:envoy`: Envoy's configuration for Compose, with the mail relay and the model servers of whoever runs it.
import { parseArgs } from 'node:util';
import { composeEnvoy, composeHosts } from './files.ts';

/** The configuration for the hosts that the options name; an error whose message is a sentence where one is none. */
export function configurationFor(args: readonly string[]): string {
  const several = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({ args: [...args], options: { mail: several, model: several, oauth: several } });
  const { mail = [], model = [], oauth = composeHosts.oauth } = values;
  const wrong = [...mail, ...model, ...oauth].find((host) => !/^[a-z\d]([a-z\d.-]*[a-z\d])?:\d{1,5}$/i.test(host));
  if (wrong !== undefined) throw new Error(`${wrong} is no host with a port, such as smtp.example.org:465.`);
  return composeEnvoy({ oauth, models: model, mailRelays: mail });
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(configurationFor(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
