import type { Call, Metered, Policy, Received } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Lost } from '../core/loss.ts';
import type { DialectName, WireBody } from '../core/payload.ts';
import type { StreamChunk, StreamReply, WholeReply } from '../core/reply.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { spellFrame } from '../dialects/sse.ts';
import { utf8Bytes } from '../dialects/text.ts';

/**
 * An answer leaves in the caller's own dialect: in the bytes in which it came if they are that, else spelled anew, whole or
 * chunk by chunk. What the caller cannot be told goes into the journal. Usage in a stream is for those who asked for it.
 */
export function spell(dialects: readonly Dialect[]): Policy<Call & Metered & Received> {
  const byName = new Map<DialectName, Dialect>(dialects.map((dialect) => [dialect.name, dialect]));
  return (next) => async (call) => {
    const reply = await next(call);
    const wire = reply.kind === 'whole' ? reply.payload.wire?.dialect : reply.wire;
    if (wire === call.dialect) return reply;
    const dialect = byName.get(call.dialect);
    if (dialect === undefined) throw new Failure('gateway-broken', `Nobody here speaks ${call.dialect}.`);
    const spelling = { dialect, lost: call.journal.answerLost };
    if (reply.kind === 'whole') return spelledWhole(reply, spelling, call.payload.wire?.body);
    return spelledStream(reply, { ...spelling, usage: call.envelope.streamUsage });
  };
}

interface Spelling {
  readonly dialect: Dialect;
  readonly lost: Lost;
}

function spelledWhole(reply: WholeReply, { dialect, lost }: Spelling, asked: WireBody | undefined): WholeReply {
  const { value } = reply.payload;
  const spelled = dialect.response.encode(value, lost);
  const body = asked === undefined ? spelled : (dialect.asAsked?.(spelled, asked) ?? spelled);
  return { ...reply, payload: { value, wire: { dialect: dialect.name, body } } };
}

function spelledStream(
  reply: StreamReply,
  { dialect, lost, usage }: Spelling & { readonly usage: boolean },
): StreamReply {
  const encoder = dialect.stream.encoder(lost);
  const { name } = dialect;
  // Once for every chunk of a translated stream: no list is built that is not needed.
  const spelled = ({ events, sight }: StreamChunk): StreamChunk => {
    let text = '';
    for (const event of usage ? events : withoutUsage(events)) {
      for (const frame of encoder.push(event)) text += spellFrame(frame);
    }
    if (sight.terminal) for (const frame of encoder.end()) text += spellFrame(frame);
    return { wire: { dialect: name, bytes: utf8Bytes(text) }, events, sight };
  };
  const step = (heard: IteratorResult<StreamChunk, undefined>): IteratorResult<StreamChunk, undefined> =>
    heard.value === undefined ? heard : { done: false, value: spelled(heard.value) };
  return { ...reply, wire: name, chunks: { next: () => reply.chunks.next().then(step) } };
}

/** Usage that nobody asked for goes; if it ended its frame, what stood before it ends that now. */
function withoutUsage(events: StreamChunk['events']): StreamChunk['events'] {
  if (!events.some(({ type }) => type === 'usage')) return events;
  return events.flatMap((event, index) => {
    if (event.type === 'usage') return [];
    const after = events[index + 1];
    if (event.more !== true || after?.type !== 'usage' || after.more === true) return [event];
    const { more: _, ...last } = event;
    return [last];
  });
}
