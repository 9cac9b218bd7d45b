/** One server-sent event, or a comment. */
export interface Frame {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  /** A comment line's text (`: keep-alive`); a frame has data or a comment. */
  readonly comment?: string;
  readonly data?: string;
}
