/**
 * What a reader did to a ring's graph: grown, hidden, pinned. It is small and declarative, so it
 * fits in the address (a shared link shows the same picture) and undo is a step to an older value.
 */
export interface Expansion {
  /** Key of the node that was grown, `kind:id`. */
  readonly of: string;
  /** Kind of neighbour shown. */
  readonly kind: string;
  /** At most so many of them, the heaviest first. */
  readonly cap: number;
}

export interface Pin {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

export interface GraphView {
  readonly expanded: readonly Expansion[];
  readonly hidden: readonly string[];
  readonly pinned: readonly Pin[];
}

export const EMPTY_VIEW: GraphView = { expanded: [], hidden: [], pinned: [] };
export const CAPS = [10, 25, 50, 100] as const;

/** Parts are joined by `*` and items by `;`: both are escaped inside an identifier. */
const escapePart = (text: string) =>
  encodeURIComponent(text).replace(/\*/g, '%2A').replace(/%3A/g, ':');

function unescapePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const items = (text: string | undefined) => (text ? text.split(';').filter(Boolean) : []);
const round = (n: number) => Math.round(n * 10) / 10;

export interface ViewInAddress {
  readonly expand?: string | undefined;
  readonly hide?: string | undefined;
  readonly pin?: string | undefined;
}

export function viewToAddress(view: GraphView): ViewInAddress {
  const join = (parts: readonly string[]) => (parts.length > 0 ? parts.join(';') : undefined);
  return {
    expand: join(view.expanded.map((e) => `${escapePart(e.of)}*${e.kind}*${e.cap}`)),
    hide: join(view.hidden.map(escapePart)),
    pin: join(view.pinned.map((p) => `${escapePart(p.key)}*${round(p.x)}*${round(p.y)}`)),
  };
}

/** Reads an address that anybody may have written by hand: what makes no sense is left out. */
export function viewFromAddress(address: ViewInAddress): GraphView {
  const expanded = items(address.expand).flatMap((item) => {
    const [of, kind, cap] = item.split('*');
    const n = Number(cap);
    if (!of || !kind || !Number.isInteger(n) || n < 1 || n > 1000) return [];
    return [{ of: unescapePart(of), kind, cap: n }];
  });
  const pinned = items(address.pin).flatMap((item) => {
    const [key, x, y] = item.split('*');
    const [nx, ny] = [Number(x), Number(y)];
    if (!key || !Number.isFinite(nx) || !Number.isFinite(ny)) return [];
    return [{ key: unescapePart(key), x: nx, y: ny }];
  });
  return { expanded, hidden: items(address.hide).map(unescapePart), pinned };
}

export function withExpansion(view: GraphView, next: Expansion): GraphView {
  const others = view.expanded.filter((e) => e.of !== next.of || e.kind !== next.kind);
  return { ...view, expanded: [...others, next] };
}

export function withoutExpansionsOf(view: GraphView, key: string): GraphView {
  return { ...view, expanded: view.expanded.filter((e) => e.of !== key) };
}

export function withHidden(view: GraphView, keys: readonly string[]): GraphView {
  return { ...view, hidden: [...new Set([...view.hidden, ...keys])] };
}

export function withPin(view: GraphView, pin: Pin): GraphView {
  return { ...view, pinned: [...view.pinned.filter((p) => p.key !== pin.key), pin] };
}

export function withoutPin(view: GraphView, key: string): GraphView {
  return { ...view, pinned: view.pinned.filter((p) => p.key !== key) };
}
