/** Width on a terminal: Chinese characters and full-width forms take two columns. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
        char,
      )
        ? 2
        : 1;
  return width;
}

/** Columns as wide as their widest cell, numbers to the right, nothing after the last. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly unknown[]>): string {
  const cells = rows.map((row) =>
    row.map((v) => (v === null || v === undefined ? '-' : String(v))),
  );
  const widths = head.map((h, i) => Math.max(widthOf(h), ...cells.map((r) => widthOf(r[i] ?? ''))));
  const right = head.map((_, i) => rows.length > 0 && rows.every((r) => typeof r[i] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => {
        const gap = ' '.repeat((widths[i] ?? 0) - widthOf(text));
        return right[i] ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  return `${[line(head), ...cells.map(line)].join('\n')}\n`;
}
