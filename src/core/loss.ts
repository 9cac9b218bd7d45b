/** Something the caller asked for that the target has no words for. */
export interface Loss {
  /** The path in the caller's own request: `tools[1]`, `logit_bias`. */
  readonly path: string;
  /** Why, as a short token: `unsupported`, `no-hosted-tools`. */
  readonly why: string;
}

/** Told of everything that a dialect or provider cannot say. Silence is never an answer. */
export type Lost = (loss: Loss) => void;
