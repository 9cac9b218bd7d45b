import type { Caching, Envelope } from '../core/envelope.ts';
import type { ModelLimits } from '../core/model-facts.ts';
import { costOf, type NanoUsd, type Price } from '../core/money.ts';
import type { Room } from '../store/store.ts';
import { costAlong, type Fixed, type Line, larger, linesOf, outputAlong } from './dearest.ts';

/** Why nobody can say what a call costs at most. */
export type Unbounded = 'no-price' | 'no-output-limit' | 'no-time-limit' | 'unmeasured-input';

/** What of a request and its target bounds what it costs. */
export interface Bounding {
  readonly envelope: Pick<
    Envelope,
    | ('bytes' | 'choices' | 'maxOutputTokens' | 'serviceTier' | 'unmeasured' | 'enclosed' | 'leastOutputTokens')
    | 'caching'
  >;
  readonly price: Price | undefined;
  readonly limits: ModelLimits | undefined;
  readonly way: Way;
  /** What a limit of the caller's leaves for each alternative; absent if that is as it asked. */
  readonly allowance?: number | undefined;
  /** How long it may take at most; undefined if nobody says. */
  readonly seconds: number | undefined;
  /** No answer shorter than this is of use, unless it was asked for; 16 tokens if absent. */
  readonly leastUseful?: number | undefined;
}

/** How a request goes to its target, as far as that decides what it costs. */
export interface Way {
  /** How many times it is asked, with all of the input each time. */
  readonly calls: number;
  /** The most tokens that one image comes to there; absent if nobody says. */
  readonly imageTokens?: number;
  /** Nothing is kept in a cache there that the request does not ask for. */
  readonly cachesWhenAsked?: true;
}

/** The bounds of one attempt. All of it is pure. */
export interface HoldBound {
  /** The most tokens that go in, and that come out if nothing lowers the limit. */
  readonly input: number;
  readonly output: number;
  /** What it costs at most. Where something is missing, by a presumption that no model of today is beyond. */
  readonly worst: NanoUsd;
  /** Why nobody can say for sure what it costs at most; a limit for the output can still be set. */
  readonly missing: Unbounded | undefined;
  /** The least that was consumed for sure once it was sent, by our own count. */
  readonly sent: { readonly tokens: number; readonly cost: NanoUsd };
  /** How much to hold of what is free; undefined if no useful answer fits. */
  fit(room: Room): NanoUsd | undefined;
  /** What has to be free for the shortest answer that is of use. */
  shortest(): NanoUsd;
  /** The output limit for which an amount is enough, for each alternative; undefined if it need not be lowered. */
  limitWithin(amount: NanoUsd): number | undefined;
}

/** More tokens than bytes can come of what a vendor puts around a request. */
const around = 256;
/** What written language has to a token at least, over all of a request. */
const bytesPerToken = 4;
/** More than a model of today writes, or reads. */
const presumed = 1_000_000;
/** More than an image comes to at those who do not say: https://qwenlm.github.io/blog/qwen2-vl/ */
const presumedImage = 16_384;
/** A limit that most take who do not say which they take. */
const modestLimit = 8_192;
/** No answer shorter than this is of use to anybody, if nobody says otherwise. */
const usualLeast = 16;
/** Of what is free, the part that one call's output may hold while others hold some too, and what it may hold at least. */
const share = 32n;
const firstTokens = 256;
/** A store's whole numbers end not far beyond: a thousand million dollars. */
const mostHeld = 1_000_000_000_000_000_000n;

/**
 * Bounds an attempt: `(bytes + 256) × input + limit × choices × output`, each at the dearest class, length of input and tier of
 * service that it can come into; what is written into a cache is such a class only where that can happen. Media are bounded by what they can show, what cannot be measured by the context window.
 */
export function holdBound(bounding: Bounding): HoldBound {
  const { envelope, price, limits, seconds } = bounding;
  const reading = readingOf(bounding);
  const known = limits?.maxOutputTokens ?? limits?.contextTokens;
  const asked = Math.min(envelope.maxOutputTokens ?? Infinity, bounding.allowance ?? Infinity, known ?? Infinity);
  const limit = Number.isFinite(asked) ? asked : presumed;
  const sent = { tokens: reading.sent, cost: price === undefined ? 0n : sentCost(reading.sent, price) };
  const choices = envelope.choices;
  const common = { input: reading.most, output: limit * choices, sent };
  if (price === undefined) return { ...common, ...unpriced };
  const lines = linesOf(price, envelope.serviceTier, cachingOf(bounding));
  const isTimed = lines.some(({ rates }) => rates.perUnit?.computeSeconds !== undefined);
  const units = isTimed && seconds !== undefined ? { computeSeconds: seconds } : undefined;
  const terms: Terms = { lines, choices, limit, fixed: { input: BigInt(reading.most), units } };
  const worst = costFor(terms, limit);
  const missing = reading.isPresumed
    ? 'unmeasured-input'
    : isTimed && units === undefined
      ? 'no-time-limit'
      : undefined;
  const least = Math.min(limit, Math.max(bounding.leastUseful ?? usualLeast, envelope.leastOutputTokens ?? 0));
  const lowered = Number.isFinite(asked) ? limit : modestLimit;
  return {
    ...common,
    worst,
    missing: missing ?? (Number.isFinite(asked) ? undefined : 'no-output-limit'),
    fit(room) {
      if (room.free === undefined) return worst < mostHeld ? worst : mostHeld;
      if (worst === 0n) return 0n;
      return missing === undefined ? fitted(terms, { worst, least, lowered }, room) : undefined;
    },
    shortest: () => costFor(terms, Math.min(least, lowered)),
    limitWithin: (amount) =>
      amount >= worst || amount === mostHeld ? undefined : Math.min(lowered, limitFor(terms, amount)),
  };
}

/** Nothing is known of its cost, so nothing is held, and a budget that would have to hold it cannot. */
const unpriced: Pick<HoldBound, 'worst' | 'missing' | 'fit' | 'shortest' | 'limitWithin'> = {
  worst: 0n,
  shortest: () => 0n,
  missing: 'no-price',
  fit: ({ free }) => (free === undefined ? 0n : undefined),
  limitWithin: () => undefined,
};

interface Terms {
  readonly lines: readonly Line[];
  readonly choices: number;
  readonly limit: number;
  readonly fixed: Fixed;
}

interface Wanted {
  readonly worst: NanoUsd;
  /** A lower limit is of no use. */
  readonly least: number;
  /** The limit to begin with, if there has to be one. */
  readonly lowered: number;
}

/**
 * As much as it may come to, if that is free. Among others it takes no more than a share, so that many calls that ask for long
 * answers leave room for each other; and where less is free, what pays for a shorter answer.
 */
function fitted(terms: Terms, { worst, least, lowered }: Wanted, { free = 0n, contended }: Room): NanoUsd | undefined {
  const most = contended ? shareOf(terms, free, Math.max(firstTokens, least)) : free;
  if (worst <= most) return worst;
  const limit = Math.min(lowered, limitFor(terms, most));
  return limit < least ? undefined : costFor(terms, limit);
}

function shareOf(terms: Terms, free: NanoUsd, first: number): NanoUsd {
  const fixed = costFor(terms, 0);
  const beginning = costFor(terms, Math.min(first, terms.limit)) - fixed;
  const most = fixed + larger(free / share, beginning);
  return most < free ? most : free;
}

function costFor({ lines, choices, fixed }: Terms, limit: number): NanoUsd {
  return costAlong(lines, { input: fixed.input, output: BigInt(limit) * BigInt(choices) }, fixed.units);
}

/** How long each alternative may be for so much; less than nothing if not even the input is paid. */
function limitFor(terms: Terms, amount: NanoUsd): number {
  const { lines, choices, fixed, limit } = terms;
  if (amount < costFor(terms, 0)) return -1;
  const tokens = outputAlong(lines, amount, fixed);
  if (tokens === undefined) return limit;
  const each = tokens / BigInt(choices);
  return each < BigInt(limit) ? Number(each) : limit;
}

/** What comes from elsewhere may be kept in a cache as those who bring it like. */
function cachingOf({ envelope: { caching, unmeasured }, way }: Bounding): Caching {
  return way.cachesWhenAsked === true && unmeasured.length === 0 ? (caching ?? 'long') : 'long';
}

interface Reading {
  readonly most: number;
  readonly sent: number;
  /** It cannot be told. */
  readonly isPresumed: boolean;
}

function readingOf({ envelope, limits, way }: Bounding): Reading {
  const { bytes, enclosed, unmeasured } = envelope;
  const text = bytes - (enclosed?.imageBytes ?? 0);
  const measured = text + around + (enclosed === undefined ? 0 : imageTokens(enclosed, way));
  const sent = Math.ceil(text / bytesPerToken) * way.calls;
  if (unmeasured.length === 0 && (enclosed?.documents.length ?? 0) === 0)
    return { most: measured * way.calls, sent, isPresumed: false };
  const context = limits?.contextTokens;
  return { most: Math.max(measured, context ?? presumed) * way.calls, sent, isPresumed: context === undefined };
}

function imageTokens({ images, imageBytes }: NonNullable<Envelope['enclosed']>, way: Way): number {
  return way.imageTokens === undefined ? Math.max(imageBytes, images * presumedImage) : images * way.imageTokens;
}

function sentCost(input: number, price: Price): NanoUsd {
  return costOf({ tokens: { input } }, price);
}
