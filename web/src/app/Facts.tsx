/** Short facts in a line, each with its name. */
export function Facts({ of }: { readonly of: ReadonlyArray<readonly [string, string]> }) {
  return (
    <dl className="inline-facts">
      {of.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
