/** How long a `g` waits for the key that says where to; as long as react-hotkeys-hook lets it. */
const CHORD_MS = 1000;
let lastG = Number.NEGATIVE_INFINITY;

window.addEventListener(
  'keydown',
  (event) => {
    if (event.key === 'g') lastG = event.timeStamp;
  },
  true,
);

/** Whether the key is the second of `g j` or `g p`: what `j` and `p` do alone is not meant then. */
export const isChord = (event: KeyboardEvent) =>
  event.key !== 'g' && event.timeStamp - lastG < CHORD_MS;

/** For `onOpenChange` of a menu: while a chosen entry keeps the focus, no shortcut is heard. */
export function leaveMenu(open: boolean): void {
  const at = document.activeElement;
  if (!open && at instanceof HTMLElement && at.closest('.ant-dropdown')) at.blur();
}
