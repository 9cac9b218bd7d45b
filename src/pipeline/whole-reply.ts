import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { received, type WireBody } from '../core/payload.ts';
import type { InboundResponse } from '../core/ports.ts';
import type { Reply } from '../core/reply.ts';
import type { Asked } from './dispatch.ts';
import { scrubbed } from './refusal.ts';

/** No vendor's whole answer is longer; audio and images come by other operations. */
const answerLimitBytes = 64 * 1024 * 1024;

/** A whole answer: forwarded as it is, after a look at its usage. One without usage is looked at twice. */
export async function wholeReply(answer: InboundResponse, { offer, provider, origin }: Asked): Promise<Reply> {
  const { dialect } = offer;
  const bytes = await answer.bytes(answerLimitBytes);
  const body: WireBody = { kind: 'json', bytes };
  const sight = dialect.peek.whole(body);
  if (sight.usage === undefined) {
    const value = parsed(bytes, provider.name);
    const failed = value['error'] !== undefined && value['error'] !== null && value['choices'] === undefined;
    if (failed)
      throw scrubbed(dialect.failure.decode({ status: answer.status, headers: answer.headers, bytes }), provider);
  }
  return { kind: 'whole', origin, sight, payload: received(dialect.name, body, dialect.response.decode) };
}

function parsed(bytes: Uint8Array, provider: string): { readonly [member: string]: Json } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Failure('provider-garbled', `${provider} answered with something that is no JSON.`, { cause });
  }
  if (!isJsonObject(value)) throw new Failure('provider-garbled', `${provider} answered with JSON that is no object.`);
  if (Object.keys(value).length === 0)
    throw new Failure('provider-garbled', `${provider} answered with an empty object.`);
  return value;
}
