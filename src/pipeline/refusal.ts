import { Failure } from '../core/failure.ts';
import type { InboundResponse } from '../core/ports.ts';
import type { ConfiguredProvider, Offer } from '../providers/provider.ts';

/** More than any vendor says in an error; what is longer is cut off unread. */
const errorLimitBytes = 256 * 1024;

/** An answer that is no success, understood in the provider's dialect, with our own credential taken out of its words. */
export async function refusal(
  answer: InboundResponse,
  { offer, provider }: { readonly offer: Offer; readonly provider: ConfiguredProvider },
): Promise<Failure> {
  if (answer.status < 400) {
    answer.pieces().cancel();
    return new Failure(
      'provider-garbled',
      `${provider.name} answered with status ${answer.status}, which this API never does.`,
    );
  }
  const bytes = await answer.bytes(errorLimitBytes);
  return scrubbed(offer.dialect.failure.decode({ status: answer.status, headers: answer.headers, bytes }), provider);
}

/** The same failure, without our credential in anything that the provider wrote. */
export function scrubbed(failure: Failure, { scrub }: ConfiguredProvider): Failure {
  const { message, details, kind } = failure;
  const extras = details.extras && JSON.parse(scrub(JSON.stringify(details.extras)));
  return new Failure(kind, scrub(message), { ...details, ...(extras === undefined ? {} : { extras }) });
}
