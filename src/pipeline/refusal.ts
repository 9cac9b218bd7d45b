import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
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
  const { param, code, type, extras } = details;
  return new Failure(kind, scrub(message), {
    ...details,
    ...(param === undefined ? {} : { param: scrub(param) }),
    ...(code === undefined ? {} : { code: scrub(code) }),
    ...(type === undefined ? {} : { type: scrub(type) }),
    ...(extras === undefined ? {} : { extras: scrubbedObject(extras, scrub) }),
  });
}

type Scrub = ConfiguredProvider['scrub'];

/** Text by text: a short credential may look like a number or a word of JSON itself. */
function scrubbedObject(object: JsonObject, scrub: Scrub): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [scrub(name), scrubbedValue(value, scrub)]));
}

function scrubbedValue(value: Json, scrub: Scrub): Json {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map((each) => scrubbedValue(each, scrub));
  return isJsonObject(value) ? scrubbedObject(value, scrub) : value;
}
