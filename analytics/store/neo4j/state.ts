import type { LedgerVersion } from '../../landing/types.js';
import type { Ask } from './connect.js';

/** What `(:GraphLoad {key: 'graph'})` says; `target` names the load that is staging. */
export interface GraphState {
  readonly version: LedgerVersion;
  readonly generation: number;
  readonly state: 'ready' | 'staging' | 'settling';
  readonly target: string | null;
}

export async function graphState(ask: Ask): Promise<GraphState> {
  const [row] = await ask<GraphState>('graphState');
  return row ?? { version: 0, generation: 0, state: 'ready', target: null };
}
