import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import type { OperationName, ResponseOf } from '../core/operation.ts';
import { type Payload, received, type WireBody } from '../core/payload.ts';
import type { InboundResponse } from '../core/ports.ts';
import type { Reply } from '../core/reply.ts';
import type { Asked } from './dispatch.ts';
import { scrubbed } from './refusal.ts';

/** No vendor's whole answer is longer. Audio and images come by other operations; 2,048 vectors of 3,072 numbers come close. */
const answerLimitMegabytes = { chat: 64, 'count-tokens': 1, embed: 128 } as const satisfies Record<
  OperationName,
  number
>;

/** A whole answer: forwarded as it is, after a look at its usage. One for a door of another dialect is read here, so that what cannot be read is still a failure that may be tried elsewhere. */
export async function wholeReply(answer: InboundResponse, asked: Asked): Promise<Reply> {
  const { offer, provider, origin } = asked;
  const { dialect } = offer;
  const bytes = await answer.bytes(answerLimitMegabytes[dialect.operation] * 1024 * 1024);
  const body: WireBody = { kind: 'json', bytes };
  const sight = dialect.peek.whole(body);
  if (sight.failure !== undefined) throw scrubbed(sight.failure, provider);
  if (sight.usage === undefined) refuseEmpty(bytes, provider.name);
  asked.saw(sight);
  return { kind: 'whole', origin, sight, payload: payloadOf(body, asked) };
}

function payloadOf(body: WireBody, { call, offer, edit }: Asked): Payload<ResponseOf<OperationName>> {
  const { dialect } = offer;
  if (edit === undefined && call.dialect === dialect.name) {
    const { wire } = call.payload;
    const asked = wire === undefined ? body : (dialect.asAsked?.(body, wire.body) ?? body);
    return received(dialect.name, asked, dialect.response.decode);
  }
  const payload = received(dialect.name, body, dialect.response.decode);
  const { value } = payload;
  return edit !== undefined && 'choices' in value ? { value: edit.whole(value) } : payload;
}

/** An answer that says nothing at all is none. One with usage has been read as JSON already. */
function refuseEmpty(bytes: Uint8Array, provider: string): void {
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Failure('provider-garbled', `${provider} answered with something that is no JSON.`, { cause });
  }
  if (!isJsonObject(value)) throw new Failure('provider-garbled', `${provider} answered with JSON that is no object.`);
  if (Object.keys(value).length === 0)
    throw new Failure('provider-garbled', `${provider} answered with an empty object.`);
}
