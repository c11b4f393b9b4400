/**
 * Puts text into the clipboard; false where the browser does not let us. Over plain HTTP, as in most closed
 * networks, browsers have no `navigator.clipboard`: there the older way through a selection serves.
 */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard)
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused by a policy: try the older way.
    }
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
}
