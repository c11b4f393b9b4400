/** One CSV field, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

export const REJECT_HEADER = 'file,line,column,value,reason\n';
const VALUE_MAX = 200;

/**
 * One line of a reject file. A long value is cut, NUL shows as its symbol, and what a spreadsheet
 * would run as a formula begins with an apostrophe.
 */
export function rejectRow(
  file: string,
  line: number,
  column: string,
  value: string,
  reason: string,
): string {
  const short = value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}…` : value;
  const shown = short.replaceAll('\0', '␀');
  const safe = /^[=@\t\r]|^[+-][^0-9.]/.test(shown) ? `'${shown}` : shown;
  return csvRow([file, String(line), column, safe, reason]);
}
