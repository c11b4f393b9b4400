/** What long work tells whoever waits for it. `done` and `total` share the unit named by `phase`. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
}

export interface WorkContext {
  readonly signal?: AbortSignal;
  readonly progress?: (p: Progress) => void;
}
