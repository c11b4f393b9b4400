import type { ReactNode } from 'react';

export interface Column {
  readonly label: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  readonly title?: string;
}

/** Heads of columns of numbers. */
export const numbers = (...labels: readonly string[]): Column[] =>
  labels.map((label) => ({ label, right: true }));

interface PlainTableProps {
  readonly head: readonly Column[];
  readonly caption?: ReactNode;
  readonly className?: string;
  /** Its rows. */
  readonly children: ReactNode;
}

/** A short table that is read and neither sorted nor selected in. */
export function PlainTable({ head, caption, className, children }: PlainTableProps) {
  return (
    <table className={className ? `plain ${className}` : 'plain'}>
      {caption ? <caption>{caption}</caption> : null}
      <thead>
        <tr>
          {head.map(({ label, right, title }) => (
            <th key={label} scope="col" className={right ? 'right' : undefined} title={title}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
