/** What `POST /trestle/v1/explain` answers. Nothing was sent anywhere, and nothing fetched. */
export interface Explanation {
  readonly request_id: string;
  readonly dialect: string;
  readonly operation: string;
  readonly model: string;
  /** In the order in which they would be asked; only the first one, unless it fails by its own fault. */
  readonly targets: readonly ExplainedTarget[];
}

export type ExplainedTarget = {
  readonly provider: string;
  readonly model: string;
} & (Sending | { readonly refused: { readonly kind: string; readonly message: string } });

/** What would be sent. */
export interface Sending {
  readonly dialect: string;
  readonly method: string;
  readonly url: string;
  /** The values of those that sign the request are hidden. */
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly as it would be sent. */
  readonly body: unknown;
  /** The caller's own bytes, but for the permitted splices. */
  readonly passed_through: boolean;
  /** How many times it is sent, where several answers are asked for one by one. */
  readonly calls: number;
  readonly lost: readonly { readonly path: string; readonly why: string }[];
  readonly emulated: readonly { readonly path: string; readonly how: string }[];
  /** What would be fetched first, to be sent along as bytes. */
  readonly would_fetch: readonly string[];
  /** Tokens of input and output together; null if nobody says. */
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
  /** A decimal number of USD that the call cannot exceed; null if there is no such figure. */
  readonly price_bound_usd: string | null;
  /** Why there is none: `no-price`, `no-output-limit`, `unmeasured-input`. */
  readonly price_bound_missing: string | null;
}
