import { Failure } from '../../src/core/failure.ts';
import type { HttpClient, InboundResponse, OutboundRequest } from '../../src/core/ports.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type OddUsage, type Said, streamedAnswer, wholeAnswer } from './upstream-wire.ts';
import type { Life, World } from './world.ts';

/** Vendors without a network, who keep a book of their own of what they did for whom. */
export interface Upstream {
  readonly book: readonly Bill[];
  /** By the number of the call, which stands in its text. */
  of(call: number): readonly Bill[];
  /** The network as one life of the house sees it. */
  client(life: Life): HttpClient;
}

/** What a vendor notes of one request. */
export interface Bill {
  readonly call: number;
  readonly model: string;
  /** The output that the request allowed, over all alternatives; undefined if it named no limit. */
  readonly allowed: number | undefined;
  readonly fault: FaultName;
  /** Tokens that it would put on an invoice: the input once it began to answer, and what it sent of the output. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** It said everything that it had to say, and all of it was taken. */
  readonly complete: boolean;
  /** It told truly, in a proper place, what it counted. */
  readonly told: boolean;
  /** Whoever asked has heard how its answer begins, or that there is none. */
  readonly heard: boolean;
}

type OpenBill = { -readonly [Member in keyof Bill]: Bill[Member] };

export const faultNames = [
  'none',
  'status-429',
  'status-500',
  'status-503',
  'status-400',
  'reset',
  'silence',
  'cut',
  'stall',
  'usage-absent',
  'usage-null',
  'usage-negative',
  'usage-text',
  'usage-twice',
  'overrun',
  'absurd',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface UpstreamOptions {
  readonly seed: number;
  readonly world: World;
  /** Some do not keep to what they were allowed. */
  readonly hostile: boolean;
  /** What a model says at most if the request has no limit. */
  readonly longest: number;
}

/** As the house's own client gives up. */
const headTimeoutMs = 30_000;
const idleTimeoutMs = 20_000;

export function openUpstream(options: UpstreamOptions): Upstream {
  const book: OpenBill[] = [];
  const byCall = new Map<number, OpenBill[]>();
  return {
    book,
    of: (call) => byCall.get(call) ?? [],
    client: (life) => ({
      send: async (request) => {
        options.world.stir();
        const asked = questionIn(request);
        const own = byCall.get(asked.call) ?? [];
        byCall.set(asked.call, own);
        const chance = chanceOf(options.seed, asked.call, own.length + 1);
        const plan = planFor(asked, chance, options);
        own.push(plan.bill);
        book.push(plan.bill);
        return await answer(plan, request.signal, { life, world: options.world });
      },
    }),
  };
}

/** What a vendor reads of a request. */
interface Question {
  readonly call: number;
  readonly vendor: Said['vendor'];
  readonly model: string;
  readonly stream: boolean;
  readonly choices: number;
  readonly limit: number | undefined;
  readonly inputTokens: number;
}

function questionIn({ url, body }: OutboundRequest): Question {
  const text = new TextDecoder().decode(body);
  const asked = JSON.parse(text);
  const words = JSON.stringify(asked.messages);
  const limit: number | undefined = asked.max_completion_tokens ?? asked.max_tokens;
  return {
    call: Number(/#(\d+)#/.exec(words)?.[1] ?? -1),
    vendor: url.endsWith('/messages') ? 'anthropic' : 'openai',
    model: asked.model,
    stream: asked.stream === true,
    choices: asked.n ?? 1,
    limit,
    // Fewer than the house counts where it must count for itself.
    inputTokens: Math.max(1, Math.floor((/#\d+#([^"]*)/.exec(words)?.[1] ?? '').length / 5)),
  };
}

interface Plan {
  readonly asked: Question;
  readonly bill: OpenBill;
  readonly fault: FaultName;
  readonly said: Said;
  readonly odd: OddUsage | undefined;
  readonly pieces: number;
  readonly headMs: number;
  readonly paceMs: number;
  /** After how many pieces of a stream it breaks off. */
  readonly breaksAfter: number;
}

function planFor(asked: Question, chance: Chance, { hostile, longest }: UpstreamOptions): Plan {
  const fault = drawFault(chance, hostile);
  const limit = Math.min(asked.limit ?? longest, longest);
  const wanted = chance.happens(0.1) ? limit : Math.min(limit, 1 + Math.floor(-Math.log(1 - chance.fraction()) * 60));
  const allowed = asked.limit === undefined ? undefined : asked.limit * asked.choices;
  const outputs = Array.from({ length: asked.choices }, () => (fault === 'overrun' ? limit * 3 : wanted));
  const output = outputs.reduce((sum, one) => sum + one, 0);
  const cached = chance.happens(0.2) ? Math.floor(asked.inputTokens * chance.fraction()) : 0;
  const silent = fault === 'usage-absent';
  const absurd = fault === 'absurd' ? 1_000_000_000 : 0;
  const usage = silent ? undefined : { input: asked.inputTokens, cached, output: output + absurd };
  const told = !silent && !fault.startsWith('usage-n') && fault !== 'usage-text' && absurd === 0;
  return {
    asked,
    bill: {
      ...{ call: asked.call, model: asked.model, allowed, fault, input: 0, cached: 0, output: 0 },
      ...{ complete: false, told, heard: false },
    },
    fault,
    said: {
      ...{ vendor: asked.vendor, model: asked.model, outputs, usage },
      when: fault === 'usage-twice' ? 'twice' : 'last',
    },
    odd: oddOf(fault),
    pieces: chance.whole(1, 6),
    headMs: chance.happens(0.05) ? chance.whole(1_000, 20_000) : chance.whole(5, 400),
    paceMs: chance.happens(0.1) ? chance.whole(200, 3_000) : chance.whole(0, 30),
    breaksAfter: chance.whole(0, 4),
  };
}

const hostileFaults: readonly [FaultName, ...FaultName[]] = ['overrun', 'absurd'];
const honestFaults: readonly [FaultName, ...FaultName[]] = [
  ...(['status-429', 'status-500', 'status-503', 'status-400', 'reset', 'silence', 'cut', 'stall'] as const),
  ...(['usage-absent', 'usage-null', 'usage-negative', 'usage-text', 'usage-twice'] as const),
];

function drawFault(chance: Chance, hostile: boolean): FaultName {
  if (hostile && chance.happens(0.06)) return chance.pick(hostileFaults);
  return chance.happens(0.22) ? chance.pick(honestFaults) : 'none';
}

function oddOf(fault: FaultName): OddUsage | undefined {
  if (fault === 'usage-null') return 'null';
  if (fault === 'usage-negative') return 'negative';
  return fault === 'usage-text' ? 'text' : undefined;
}

interface Place {
  readonly life: Life;
  readonly world: World;
}

async function answer(plan: Plan, signal: AbortSignal, place: Place): Promise<InboundResponse> {
  const { fault, asked, bill } = plan;
  signal.throwIfAborted();
  if (fault === 'silence') {
    await passed(headTimeoutMs, signal, place);
    throw new Failure('provider-timeout', 'The provider said nothing.');
  }
  await passed(plan.headMs, signal, place);
  bill.heard = true;
  if (fault === 'reset') throw new Failure('provider-unreachable', 'The provider broke the connection.');
  if (fault.startsWith('status-')) {
    const text = JSON.stringify({ error: { message: 'No.', type: 'api_error' } });
    return inbound(
      Number(fault.slice('status-'.length)),
      json,
      whole(text, () => undefined, { signal, place }),
    );
  }
  bill.input = asked.inputTokens;
  bill.cached = plan.said.usage?.cached ?? 0;
  if (!asked.stream) return inbound(200, json, wholeBody(plan, signal, place));
  return inbound(200, 'text/event-stream', streamBody(plan, signal, place));
}

const json = 'application/json';

/** Sends its pieces one by one; each is done when it is taken. */
type Take = () => Promise<Uint8Array<ArrayBuffer> | undefined>;

function inbound(status: number, type: string, take: Take): InboundResponse {
  return {
    status,
    headers: new Headers({ 'content-type': type }),
    async bytes() {
      const pieces: Uint8Array[] = [];
      for (let piece = await take(); piece !== undefined; piece = await take()) pieces.push(piece);
      return new Uint8Array(Buffer.concat(pieces));
    },
    pieces: () => ({ read: take, cancel: () => undefined }),
  };
}

interface Sending {
  readonly signal: AbortSignal;
  readonly place: Place;
}

function whole(text: string, done: () => void, { signal, place }: Sending): Take {
  let sent = false;
  return async () => {
    signal.throwIfAborted();
    place.world.stir();
    if (sent) return undefined;
    sent = true;
    done();
    return bytesOf(text);
  };
}

function wholeBody({ fault, said, odd, bill, paceMs }: Plan, signal: AbortSignal, place: Place): Take {
  const text = wholeAnswer(said, odd);
  if (fault === 'cut' || fault === 'stall') {
    return async () => {
      await passed(fault === 'stall' ? idleTimeoutMs : paceMs, signal, place);
      throw brokenOff(fault);
    };
  }
  const take = whole(
    text,
    () => {
      bill.output = said.outputs.reduce((sum, one) => sum + one, 0);
      bill.complete = true;
    },
    { signal, place },
  );
  let waited = false;
  return async () => {
    if (!waited) await passed(paceMs, signal, place);
    waited = true;
    return await take();
  };
}

function streamBody(
  { fault, said, odd, bill, pieces, paceMs, breaksAfter }: Plan,
  signal: AbortSignal,
  place: Place,
): Take {
  const frames = [...streamedAnswer(said, pieces, odd)];
  let taken = 0;
  return async () => {
    if ((fault === 'cut' || fault === 'stall') && taken > breaksAfter) {
      await passed(fault === 'stall' ? idleTimeoutMs : paceMs, signal, place);
      throw brokenOff(fault);
    }
    await passed(paceMs, signal, place);
    const frame = frames.shift();
    taken += 1;
    if (frame === undefined) return undefined;
    bill.output += frame.tokens;
    bill.complete = frames.length === 0;
    return bytesOf(frame.text);
  };
}

function brokenOff(fault: 'cut' | 'stall'): Failure {
  return fault === 'stall'
    ? new Failure('provider-timeout', 'The provider fell silent.')
    : new Failure('provider-garbled', 'The provider broke off.');
}

/** Waits so long, but no longer than whoever asked does. */
function passed(ms: number, signal: AbortSignal, { life, world }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const leave = (): void => {
      world.stir();
      cancel();
      reject(signal.reason);
    };
    const cancel = life.clock.after(ms, () => {
      world.stir();
      signal.removeEventListener('abort', leave);
      resolve();
    });
    signal.addEventListener('abort', leave, { once: true });
  });
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
