import { Buffer } from 'node:buffer';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ReasoningPart } from '../../core/message.ts';
import type { DialectName } from '../../core/payload.ts';
import { scanJson } from '../../dialects/json-scan.ts';

/** Whose model made something that must come back to it unchanged. */
export interface SealOrigin {
  /** The name of the configured provider. */
  readonly provider: string;
  readonly dialect: DialectName;
}

/**
 * What a caller of another dialect carries along for the model that made it, where its own dialect keeps opaque text: in the
 * signature of a thought, or behind the id of a tool call.
 */
export interface Seal extends SealOrigin {
  /** Thoughts, in order; one without text has the text of the part that carries it. */
  readonly reasoning: readonly ReasoningPart[];
  /** The tool call's own signature. */
  readonly signature?: string;
  /** Something visible came before the thoughts: they belong right before their call, not at the front of the turn. */
  readonly late?: true;
}

/** What stood behind a marker. */
export type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'seal'; readonly seal: Seal }
  /** Cut off, changed, or never ours. */
  | { readonly kind: 'broken' };

/** Begins everything that we add to a caller's ids and signatures. No vendor's own contain it. */
const marker = '~tr1~';
const markerBytes = Buffer.from(marker);

/** The longest that is carried: thoughts of some 60,000 tokens. */
const longest = 256 * 1024;

/** The seal as text to be added; undefined if it would be longer than anybody should carry. */
export function sealText(seal: Seal): string | undefined {
  const { provider, dialect, reasoning, signature, late } = seal;
  const wire = {
    p: provider,
    d: dialect,
    ...(reasoning.length > 0 && { r: reasoning.map(thoughtWire) }),
    ...(signature !== undefined && { s: signature }),
    ...(late === true && { l: 1 }),
  };
  const text = marker + Buffer.from(JSON.stringify(wire)).toString('base64url');
  return text.length > longest ? undefined : text;
}

/** Takes an id or signature apart: what the vendor wrote, and what we added. Never throws, whatever a caller made of it. */
export function unsealedText(text: string): { readonly clean: string; readonly opened: Opened } {
  const at = text.indexOf(marker);
  if (at < 0) return { clean: text, opened: { kind: 'none' } };
  return { clean: text.slice(0, at), opened: opened(text.slice(at + marker.length)) };
}

/** Whether a body may carry a seal anywhere. */
export function carriesSeal(bytes: Uint8Array): boolean {
  return Buffer.prototype.includes.call(bytes, markerBytes);
}

function opened(text: string): Opened {
  if (text.length > longest || !/^[\w-]+$/.test(text)) return { kind: 'broken' };
  try {
    const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
    // The door has looked at the request itself, but could not look in here.
    scanJson(bytes);
    const seal = sealIn(JSON.parse(new TextDecoder().decode(bytes)));
    return seal === undefined ? { kind: 'broken' } : { kind: 'seal', seal };
  } catch {
    return { kind: 'broken' };
  }
}

function sealIn(wire: Json): Seal | undefined {
  if (!isJsonObject(wire)) return undefined;
  const { p: provider, d: dialect, r = [], s: signature, l: late } = wire;
  if (typeof provider !== 'string' || typeof dialect !== 'string' || !Array.isArray(r)) return undefined;
  const reasoning = r.map(thoughtIn);
  if (!reasoning.every((one) => one !== undefined)) return undefined;
  if (signature !== undefined && typeof signature !== 'string') return undefined;
  return {
    provider,
    // Compared with the names that we know, and good for nothing else.
    dialect: dialect as DialectName,
    reasoning,
    ...(signature !== undefined && { signature }),
    ...(late === 1 && { late: true }),
  };
}

function thoughtWire({ text, signature, encrypted, id, summary, extras, spelling }: ReasoningPart): JsonObject {
  return {
    ...(text !== undefined && { t: text }),
    ...(signature !== undefined && { g: signature }),
    ...(encrypted !== undefined && { e: encrypted }),
    ...(id !== undefined && { i: id }),
    ...(summary === true && { u: 1 }),
    ...(extras !== undefined && { x: { ...extras } }),
    ...(spelling !== undefined && { w: { ...spelling } }),
  };
}

function thoughtIn(wire: Json): ReasoningPart | undefined {
  if (!isJsonObject(wire)) return undefined;
  const { t: text, g: signature, e: encrypted, i: id, u: summary, x: extras, w: spelling } = wire;
  if (![text, signature, encrypted, id].every((one) => one === undefined || typeof one === 'string')) return undefined;
  return {
    type: 'reasoning',
    ...(typeof text === 'string' && { text }),
    ...(typeof signature === 'string' && { signature }),
    ...(typeof encrypted === 'string' && { encrypted }),
    ...(typeof id === 'string' && { id }),
    ...(summary === 1 && { summary: true }),
    ...(isTree(extras, 'object') && { extras }),
    ...(isTree(spelling, 'words') && { spelling }),
  };
}

/** Members by dialect, and in them either anything or words alone. */
function isTree(found: Json | undefined, kind: 'object'): found is { readonly [dialect: string]: JsonObject };
function isTree(
  found: Json | undefined,
  kind: 'words',
): found is { readonly [dialect: string]: { readonly [member: string]: string } };
function isTree(found: Json | undefined, kind: 'object' | 'words'): boolean {
  if (!isJsonObject(found)) return false;
  return Object.values(found).every(
    (members) =>
      isJsonObject(members) &&
      (kind === 'object' || Object.values(members).every((member) => typeof member === 'string')),
  );
}
