// The address at which readers find Alt stands in the values of three charts, because a chart cannot read another's.
import { type ChartSource, merged, type Values } from './reading.ts';

/** Where it is said for everybody: in ALT_PUBLIC_URL of the ConfigMap `common-config`. */
const SOURCE = 'common-config';

/** The charts that repeat it, and what they make of it: Kratos the whole address, the way in what a request's name is compared with. */
const repeated: Readonly<Record<string, { value: string; of(values: Values): unknown; wanted(url: URL): string }>> = {
  kratos: { value: 'publicUrl', of: ({ publicUrl }) => publicUrl, wanted: ({ origin }) => origin },
  'nginx-external': {
    value: 'public',
    of: (values) => {
      const { scheme, host } = values.public as { scheme: string; host: string };
      return `${scheme}://${host}`;
    },
    wanted: ({ protocol, hostname }) => `${protocol}//${hostname}`,
  },
};

/** A sentence for each chart and profile whose public address is not that of common-config. */
export function publicAddressErrors(charts: readonly ChartSource[]): string[] {
  const source = charts.find(({ name }) => name === SOURCE);
  if (!source) return [`There is no chart ${SOURCE}, which says the public address.`];
  return Object.entries(repeated).flatMap(([name, { value, of, wanted }]) => {
    const chart = charts.find((each) => each.name === name);
    if (!chart) return [`There is no chart ${name}, which repeats the public address.`];
    return [undefined, ...source.profiles.keys()].flatMap((profile) => {
      const url = new URL(String(valuesOf(source, profile).publicUrl));
      const [found, expected] = [of(valuesOf(chart, profile)), wanted(url)];
      if (found === expected) return [];
      return [
        `${chart.layer}/${name}: ${profile ?? 'without a profile'}: ${value} says ${found}, and ${SOURCE} ${expected}.`,
      ];
    });
  });
}

function valuesOf({ values, profiles }: ChartSource, profile: string | undefined): Values {
  return merged(values, (profile === undefined ? undefined : profiles.get(profile)) ?? {});
}
