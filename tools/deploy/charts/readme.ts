// README.md of a chart: what it is, and a row for each value with the comment that stands above it.
import { isServiceName, isWorkloadName, services, workloads } from '@alt/topology';
import { type ChartSource, headOf, type ValueRow, valueRows } from './reading.ts';

/** The page of a chart. `library` is the text of the library's values. */
export function chartReadme(chart: ChartSource, library: string): string {
  const rows = chart.isService ? withLibrary(valueRows(chart.text), library) : valueRows(chart.text);
  return [
    '<!-- Derived from values.yaml; do not edit: npm run charts -->',
    '',
    `# ${chart.name}`,
    '',
    ...[`${chart.description.replace(/\.$/, '')}.`, placeOf(chart.name), headOf(chart.text), profilesOf(chart)]
      .filter((text) => text !== '')
      .flatMap((text) => [text, '']),
    ...(rows.length === 0 ? ['It has no values of its own.'] : tableOf(rows)),
    '',
  ].join('\n');
}

function tableOf(rows: readonly ValueRow[]): string[] {
  return [
    '## Values',
    '',
    '| value | unless set | what it is |',
    '|---|---|---|',
    ...rows.map(({ name, standard, comment }) => `| \`${name}\` | ${shown(standard)} | ${cell(comment)} |`),
  ];
}

function placeOf(name: string): string {
  const place = isServiceName(name) ? services[name] : isWorkloadName(name) ? workloads[name] : null;
  if (!place?.namespace) return '';
  const ports = 'port' in place ? (place.port === null ? '' : `, port ${place.port}`) : portsOf(place.ports);
  return `Namespace \`${place.namespace}\`${ports}.`;
}

function portsOf(ports: Readonly<Record<string, number>>): string {
  const all = Object.entries(ports).map(([use, port]) => `${port} (${use})`);
  return all.length > 0 ? `, ports ${all.join(', ')}` : '';
}

function profilesOf({ profiles }: ChartSource): string {
  const files = [...profiles.keys()].map((profile) => `\`values-${profile}.yaml\``);
  return files.length > 0 ? `Beside the values below: ${files.join(', ')}, one for each profile of Skaffold.` : '';
}

/** The chart's own values first, then what the library has and the chart leaves as it is. */
function withLibrary(own: readonly ValueRow[], library: string): ValueRow[] {
  const defaults = valueRows(library, ['exports', 'defaults']);
  const comments = new Map(defaults.map(({ name, comment }) => [name, comment]));
  const explained = own.map((row) => (row.comment ? row : { ...row, comment: comments.get(row.name) ?? '' }));
  const isOwn = (name: string) => own.some((row) => row.name === name || row.name.startsWith(`${name}.`));
  return [...explained, ...defaults.filter(({ name }) => !isOwn(name))];
}

function shown(value: unknown): string {
  if (value === null) return '–';
  if (value === '') return '`""`';
  return `\`${cell(typeof value === 'string' ? value : JSON.stringify(value))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
