/** Where a caller stands with what limits it, as it is told with every answer: of several limits of a kind the tightest. */
export interface Standing {
  readonly requests?: StandingWith;
  readonly tokens?: StandingWith;
}

export interface StandingWith {
  readonly limit: number;
  readonly remaining: number;
  /** In how many milliseconds all of it is free again, if nothing else comes. */
  readonly resetMs: number;
  /** The same as a moment, epoch milliseconds. */
  readonly resetAt: number;
}

/** As it is when it is asked for: what was reserved for a call may have become less meanwhile. */
export type TellStanding = () => Standing;
