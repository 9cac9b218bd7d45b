import { caseHeader, type Replayed, requestKey } from '../upstream/replay.ts';
import { type Heard, hear, type Sdk, sdkClient } from './hearing.ts';
import type { ReplayCall } from './replay-calls.ts';
import type { ReplayHouse } from './replay-house.ts';

/** A call made twice with one SDK: at the upstream itself, and through Trestle. */
export interface Played {
  readonly call: ReplayCall;
  readonly direct: Heard;
  readonly through: Heard;
  /** What reached the upstream through Trestle and was answered with this recording. */
  readonly forwarded: readonly Replayed[];
}

export interface Pass {
  readonly played: readonly Played[];
  /** What reached the upstream through Trestle and is no recorded request. */
  readonly strangers: readonly Replayed[];
}

/** Plays every call once, with the recorded model. */
export async function playPass(house: ReplayHouse, OpenAI: Sdk, calls: readonly ReplayCall[]): Promise<Pass> {
  const { trestle, upstream } = house;
  const before = house.forwarded().length;
  const atUpstream = sdkClient(OpenAI, `${upstream.url}/v1`, 'nobody');
  const atTrestle = sdkClient(OpenAI, `${trestle.url}/v1`, trestle.clientKey);
  const heard = await inTurns(calls, async (call) => ({
    call,
    direct: await hear(atUpstream, call.body, { [caseHeader]: call.id }),
    // A name that no case has: were it sent on, nothing would be found.
    through: await hear(atTrestle, askedOfTrestle(call), { [caseHeader]: 'not-sent-on' }),
  }));
  const arrived = Map.groupBy(house.forwarded().slice(before), ({ caseId }) => caseId);
  return {
    played: heard.map((one) => ({ ...one, forwarded: arrived.get(one.call.id) ?? [] })),
    strangers: arrived.get(undefined) ?? [],
  };
}

/** The same question as Trestle's clients put it. */
export function askedOfTrestle({ body, provider, model }: ReplayCall): ReplayCall['body'] {
  return { ...body, model: `${provider}/${model}` };
}

/**
 * The call with its id in place of the model: so the upstream finds it whatever else is changed, and no turn is taken. Its
 * body is a copy, for helpers of the SDK write into what they are given.
 */
export function named(call: ReplayCall, changes: object = {}): ReplayCall {
  return { ...call, model: call.id, body: { ...structuredClone(call.body), ...changes, model: call.id } };
}

/** Acts on each call, many at a time; equal requests one after the other, for so their recordings take turns. */
export async function inTurns<T>(
  calls: readonly ReplayCall[],
  act: (call: ReplayCall) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  const groups = Map.groupBy(calls.entries(), ([, { body }]) => requestKey(body)).values();
  const work = async (): Promise<void> => {
    for (const group of groups) for (const [at, call] of group) results[at] = await act(call);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

const atOnce = 16;
