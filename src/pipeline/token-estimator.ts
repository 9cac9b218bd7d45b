import type { HttpClient, InboundResponse } from '../core/ports.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { estimatedInput } from '../policies/estimate.ts';
import type { ConfiguredProvider, Offers } from '../providers/provider.ts';

/**
 * The same provider, able to be asked how long a request is: one that cannot count is answered for by our own estimate, in
 * this dialect. It goes the whole way of a call like any other, and says what it is.
 */
export function counting(provider: ConfiguredProvider, dialect: Dialect<'count-tokens'>): ConfiguredProvider {
  const { kind } = provider;
  if (kind.operations.chat === undefined || kind.operations['count-tokens'] !== undefined) return provider;
  const offers: Offers<'count-tokens'> = [{ dialect, path: '/estimate', estimator: tokenEstimator(dialect) }];
  return Object.freeze({ ...provider, kind: { ...kind, operations: { ...kind.operations, 'count-tokens': offers } } });
}

/** Answers by itself, from the request alone. It knows no model's tokenizer, so it may be off by a good part. */
function tokenEstimator({ request, response }: Dialect<'count-tokens'>): HttpClient {
  return {
    async send({ body, signal }) {
      signal.throwIfAborted();
      const wire = { kind: 'json' as const, bytes: body ?? new Uint8Array() };
      const inputTokens = estimatedInput({
        envelope: request.envelope(wire),
        payload: { value: request.decode(wire) },
      });
      return answered(response.encode({ inputTokens }, () => undefined).bytes);
    },
  };
}

function answered(bytes: Uint8Array<ArrayBuffer>): InboundResponse {
  let left: Uint8Array<ArrayBuffer> | undefined = bytes;
  const cancel = (): void => {
    left = undefined;
  };
  const read = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const piece = left;
    left = undefined;
    return piece;
  };
  const headers = new Headers({ 'content-type': 'application/json' });
  return { status: 200, headers, bytes: async () => bytes, pieces: () => ({ read, cancel }) };
}
