let known: boolean | undefined;

/** Whether this browser can draw the canvas at all; asked once. */
export function hasWebgl(): boolean {
  if (known === undefined) {
    const canvas = document.createElement('canvas');
    try {
      const context = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
      known = context !== null;
      context?.getExtension('WEBGL_lose_context')?.loseContext();
    } catch {
      known = false;
    }
  }
  return known;
}
