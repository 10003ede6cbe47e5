/** JSON-ready state from which a fit continues to the same bits. */
export type Checkpoint = unknown;

/** How a long fit talks to whoever started it. */
export interface FitHooks {
  /** Asked often (every ~50 ms of work): true = stop now, after writing a checkpoint. */
  readonly stop: () => boolean;
  readonly progress: (done: number, total: number, best: number) => void;
  readonly checkpoint: (state: Checkpoint) => void;
  /** Lets the host breathe; fits await it at least every 100 ms. */
  readonly breathe: () => Promise<void>;
}

/** Hooks that never stop and tell nobody. */
export const silentHooks: FitHooks = {
  stop: () => false,
  progress: () => undefined,
  checkpoint: () => undefined,
  breathe: async () => undefined,
};
