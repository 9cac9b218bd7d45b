/** Something the caller asked for that the target has no words for. */
export interface Loss {
  /**
   * Where it stood: `tools[1]`, `logit_bias`. A codec tells it in canonical members (`messages[2].parts[0].detail`, an extra
   * by its own name); whoever tells the caller has the caller's dialect `locate` it. What an answer lost begins with `answer.`.
   */
  readonly path: string;
  /** Why, as a short token: `unsupported`, `no-hosted-tools`. */
  readonly why: string;
}

/** Told of everything that a dialect or provider cannot say. Silence is never an answer. */
export type Lost = (loss: Loss) => void;
