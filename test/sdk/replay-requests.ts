import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { Replayed } from '../upstream/replay.ts';
import type { ProviderName, ReplayCall } from './replay-calls.ts';
import { basePaths, credentials } from './replay-house.ts';
import { askedOfTrestle } from './replay-pass.ts';

/** A request at the vendor's, as far as Trestle has a say in it. */
export interface ForwardedRequest {
  readonly line: string;
  readonly authorization: string | undefined;
  /** Names of headers that are no part of HTTP itself or of the credential. */
  readonly others: readonly string[];
  readonly model: Json | undefined;
  readonly streamOptions: Json | undefined;
  /** All other members, spelled, so that their order counts. */
  readonly rest: string;
}

export function forwardedRequest({ method, path, headers, json }: Replayed): ForwardedRequest {
  const { model, stream_options, ...rest } = isJsonObject(json) ? json : {};
  return {
    line: `${method} ${path}`,
    authorization: headers['authorization'],
    others: Object.keys(headers)
      .filter((name) => !plainHeaders.has(name))
      .sort(),
    model,
    streamOptions: stream_options,
    rest: JSON.stringify(rest),
  };
}

/** The recorded request but for the permitted splices, and what the vendor is known to refuse. */
export function expectedRequest({ provider, body }: ReplayCall): ForwardedRequest {
  const { model, stream_options, ...rest } = body;
  const options = isJsonObject(stream_options) ? stream_options : {};
  return {
    line: `POST ${basePaths[provider]}/chat/completions`,
    authorization: `Bearer ${credentials[provider]}`,
    others: [],
    model,
    streamOptions: body['stream'] === true ? { ...options, include_usage: true } : stream_options,
    rest: JSON.stringify(Object.fromEntries(Object.entries(rest).filter(([name]) => !refusedAt(provider).has(name)))),
  };
}

/** Groq refuses these; each one left out is told in `x-trestle-lost`. */
export function refusedAt(provider: ProviderName): ReadonlySet<string> {
  return provider === 'groq' ? refusedByGroq : refusedByNone;
}

const refusedByGroq: ReadonlySet<string> = new Set(['logprobs', 'top_logprobs', 'logit_bias']);
const refusedByNone: ReadonlySet<string> = new Set();

const plainHeaders = new Set([
  ...['accept', 'accept-encoding', 'authorization', 'connection'],
  ...['content-length', 'content-type', 'host', 'user-agent'],
]);

/** The call spelled in a way of its own, to see that nothing is spelled anew. */
export function spelledRequest(call: ReplayCall): string {
  return JSON.stringify(askedOfTrestle(call), null, 1);
}

/** The very text that the vendor must get for it. */
export function expectedText(call: ReplayCall): string {
  const asked = spelledRequest(call).replace(
    `"model": ${JSON.stringify(askedOfTrestle(call).model)}`,
    `"model": ${JSON.stringify(call.model)}`,
  );
  if (!call.stream) return asked;
  const options = call.body['stream_options'];
  if (!isJsonObject(options)) return asked.replace(/\n\}$/, ',"stream_options":{"include_usage":true}\n}');
  if ('include_usage' in options) return asked.replace('"include_usage": false', '"include_usage": true');
  return asked.replace('"stream_options": {', '"stream_options": {"include_usage":true,');
}
