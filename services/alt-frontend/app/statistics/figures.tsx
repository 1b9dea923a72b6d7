/** A few numbers that matter, each under its name. */
export function Figures({ figures }: { figures: ReadonlyArray<readonly [name: string, value: string]> }) {
  return (
    <dl className="my-5 grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-4">
      {figures.map(([name, value]) => (
        <div key={name} className="bg-paper px-4 py-3">
          <dt className="text-sm text-soft">{name}</dt>
          <dd className="font-serif text-2xl tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
