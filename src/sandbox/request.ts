import type { Json } from '../core/json.ts';
import type { Behaviour } from './behaviour.ts';
import { fingerprint } from './chance.ts';
import {
  optional,
  optionalFlag,
  optionalInteger,
  optionalList,
  optionalPlace,
  optionalString,
  type Place,
  pathOf,
  requiredPlace,
  requiredString,
  wrongType,
  wrongValue,
} from './field.ts';
import { type Conversation, conversationOf } from './messages.ts';
import { modelOf, requestIn } from './model.ts';
import { countTokens } from './tokens.ts';
import { type Toolbox, toolboxOf } from './tools.ts';

const models = ['echo', 'lorem'] as const;
export type SandboxModel = (typeof models)[number];

/** A chat completion request, as far as the sandbox heeds it. */
export interface ChatRequest {
  readonly model: SandboxModel;
  readonly behaviour: Behaviour;
  readonly conversation: Conversation;
  readonly toolbox: Toolbox;
  readonly format: Format;
  readonly stream: boolean;
  readonly streamUsage: boolean;
  readonly choices: number;
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  /** How many likely tokens to name beside each one; absent if no likelihood is asked for. */
  readonly topLogprobs?: number;
  readonly effort?: Effort;
  readonly serviceTier?: string;
  readonly promptTokens: number;
  /** Whether the caller gave a seed of its own. */
  readonly seeded: boolean;
  /** What chance is drawn from: the caller's seed, else the prompt. */
  readonly seed: () => string;
}

export type Format =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: Json; readonly path: string };

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof efforts)[number];

/** Reads a request; `header` is the `x-trestle-sandbox` one. Throws a `Failure` that names what is wrong with it. */
export function chatRequestOf(bytes: Uint8Array, header: string): ChatRequest {
  const request = requestIn(bytes);
  const { model, behaviour } = modelOf(request, header, models);
  const conversation = conversationOf(request);
  const toolbox = toolboxOf(request);
  const format = formatOf(request);
  const stream = optionalFlag(request, 'stream') === true;
  const options = optionalPlace(request, 'stream_options');
  if (options !== undefined && !stream) throw wrongValue('stream_options', "it is only allowed when 'stream' is true");
  refuseSound(request);
  const seed = optionalInteger(request, 'seed', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  return {
    model,
    behaviour,
    conversation,
    toolbox,
    format,
    stream,
    streamUsage: options !== undefined && optionalFlag(options, 'include_usage') === true,
    choices: optionalInteger(request, 'n', [1, 128]) ?? 1,
    stop: stopOf(request),
    promptTokens:
      conversation.tokens +
      toolbox.tokens +
      (format.kind === 'schema' ? countTokens(JSON.stringify(format.schema)) : 0),
    seeded: seed !== undefined,
    seed: seedOf(request, seed),
    ...limitOf(request),
    ...likelihoodOf(request),
    ...effortOf(request),
    ...tierOf(request),
  };
}

function formatOf(request: Place): Format {
  const place = optionalPlace(request, 'response_format');
  const type = place === undefined ? 'text' : requiredString(place, 'type');
  if (place === undefined || type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json' };
  if (type !== 'json_schema') {
    throw wrongValue('response_format.type', `'${type}' is none of text, json_object, json_schema`);
  }
  const wrapper = requiredPlace(place, 'json_schema');
  requiredString(wrapper, 'name');
  return { kind: 'schema', schema: optional(wrapper, 'schema') ?? {}, path: pathOf(wrapper, 'schema') };
}

/** Sandbox models answer in text alone; better a refusal than an answer that lacks half of what was asked. */
function refuseSound(request: Place): void {
  const modalities = optionalList(request, 'modalities') ?? ['text'];
  if (modalities.some((each) => each !== 'text')) {
    throw wrongValue('modalities', "sandbox models answer in 'text' alone");
  }
}

function stopOf(request: Place): readonly string[] {
  const value = optional(request, 'stop');
  if (value === undefined) return [];
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  if (list.length > 4) throw wrongValue('stop', `expected at most 4 sequences, but got ${list.length}`);
  return list.map((each) => {
    if (typeof each !== 'string') throw wrongType('stop', 'a string or an array of strings', each);
    if (each === '') throw wrongValue('stop', 'expected sequences that are not empty');
    return each;
  });
}

/** The prompt may be long: it is read for its seed once, and only if something is drawn. */
function seedOf(request: Place, seed: number | undefined): () => string {
  let known = seed === undefined ? undefined : `seed ${seed}`;
  return () => {
    known ??= `prompt ${fingerprint(JSON.stringify(optional(request, 'messages')))}`;
    return known;
  };
}

function limitOf(request: Place): { readonly maxTokens?: number } {
  const range = [1, Number.MAX_SAFE_INTEGER] as const;
  const older = optionalInteger(request, 'max_tokens', range);
  const maxTokens = optionalInteger(request, 'max_completion_tokens', range) ?? older;
  return maxTokens === undefined ? {} : { maxTokens };
}

function likelihoodOf(request: Place): { readonly topLogprobs?: number } {
  const top = optionalInteger(request, 'top_logprobs', [0, 20]);
  if (optionalFlag(request, 'logprobs') === true) return { topLogprobs: top ?? 0 };
  if (top === undefined) return {};
  throw wrongValue('top_logprobs', "it is only allowed when 'logprobs' is true");
}

function effortOf(request: Place): { readonly effort?: Effort } {
  const value = optionalString(request, 'reasoning_effort');
  if (value === undefined) return {};
  const effort = efforts.find((each) => each === value);
  if (effort === undefined) throw wrongValue('reasoning_effort', `'${value}' is none of ${efforts.join(', ')}`);
  return { effort };
}

function tierOf(request: Place): { readonly serviceTier?: string } {
  const serviceTier = optionalString(request, 'service_tier');
  return serviceTier === undefined ? {} : { serviceTier };
}
