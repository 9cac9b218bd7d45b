/** Calls that limits would have refused, had they been in force. */
export interface ObservedQuery {
  /** When the call arrived: inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly organisationId?: string;
}

/** The calls of one key that one rule or budget would have refused. */
export interface ObservedRow {
  /** The id of a rate rule or of a budget. */
  readonly limitId: string;
  readonly keyId: string;
  readonly calls: number;
  /** When the first and the last of them arrived. */
  readonly firstAt: number;
  readonly lastAt: number;
}
