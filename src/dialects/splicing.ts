import type { Lost } from '../core/loss.ts';
import type { WireBody } from '../core/payload.ts';
import { type Edit, edited } from './byte-edit.ts';
import type { Splices } from './dialect.ts';
import type { JsonMember, JsonScan } from './json-scan.ts';
import { afterSpace } from './json-token.ts';
import { type Fates, fatesOf } from './member-fates.ts';
import { type Given, memberOf } from './parameter.ts';
import { latin1, stringText } from './text.ts';

/** A dialect as far as the permitted changes to its requests go. */
export interface Spliceable {
  /** Throws `Failure('request-invalid')` for what is no strict JSON object. */
  readonly scanned: (wire: WireBody) => JsonScan;
  /** The members that limit the output, the one that the vendor names now first. */
  readonly limits: readonly string[];
  /** How to ask for usage in the stream, by which member; absent where it comes unasked. */
  readonly streamUsage?: { readonly member: string; readonly ask: (splicing: Splicing) => void };
}

/** The changes to one request, as they are collected. */
export interface Splicing {
  readonly given: Given;
  readonly edits: Edit[];
  replace(member: JsonMember, text: string): void;
  /** Adds a member that is not there, under the provider's name for it. */
  add(name: string, value: string): void;
}

/**
 * The permitted changes to a request, made in its bytes: what no splice touches stays as it came. The same body comes back
 * when there is nothing to change.
 */
export function splicer(dialect: Spliceable): (wire: WireBody, splices: Splices, lost: Lost) => WireBody {
  return (wire, splices, lost) => {
    const { bytes } = wire;
    const given: Given = { bytes, members: dialect.scanned(wire).members };
    const job = jobFor(given, fatesOf(given, splices, lost));
    if (splices.model !== undefined) setModel(job, splices.model);
    if (splices.streamUsage === true) askForUsage(job, dialect, splices);
    if (splices.maxOutputTokens !== undefined) limitOutput(job, dialect.limits, splices);
    renameKeys(job);
    removeMembers(job);
    addMembers(job);
    return job.edits.length === 0 ? wire : { ...wire, bytes: edited(bytes, job.edits) };
  };
}

interface Job extends Splicing {
  readonly fates: Fates;
  /** Members that are not there yet, spelled. */
  readonly added: string[];
}

function jobFor(given: Given, fates: Fates): Job {
  const edits: Edit[] = [];
  const added: string[] = [];
  return {
    given,
    fates,
    edits,
    added,
    replace: ({ valueStart, valueEnd }, text) => void edits.push({ start: valueStart, end: valueEnd, text }),
    add: (name, value) => void added.push(`${JSON.stringify(fates.renamed.get(name) ?? name)}:${value}`),
  };
}

function setModel(job: Job, model: string): void {
  const { bytes, members } = job.given;
  const text = JSON.stringify(model);
  const member = members.get('model');
  if (member === undefined) job.add('model', text);
  else if (bytes[member.valueStart] !== quote || stringText(bytes, member.valueStart, member.valueEnd) !== model)
    job.replace(member, text);
}

function askForUsage(job: Job, { streamUsage }: Spliceable, { without = [] }: Splices): void {
  if (streamUsage !== undefined && !without.includes(streamUsage.member)) streamUsage.ask(job);
}

/** Sets the limit in every member in which the caller set one, else in the one that the vendor names now. */
function limitOutput(job: Job, limits: readonly string[], { maxOutputTokens, without = [] }: Splices): void {
  const { given, fates } = job;
  const text = String(maxOutputTokens);
  const there = limits.filter((name) => given.members.has(name) && !fates.removed.has(name));
  const set = there.filter((name) => memberOf(given, name) !== undefined);
  const changed = set.length > 0 ? set : there.slice(0, 1);
  for (const name of changed) {
    const member = given.members.get(name);
    if (member !== undefined && Number(latin1(given.bytes, member.valueStart, member.valueEnd)) !== maxOutputTokens)
      job.replace(member, text);
  }
  if (changed.length > 0) return;
  const taken = limits.find((name) => !without.includes(name));
  if (taken !== undefined) job.add(taken, text);
}

function renameKeys({ given, fates, edits }: Job): void {
  for (const [from, to] of fates.renamed) {
    const member = given.members.get(from);
    if (member === undefined || fates.removed.has(from)) continue;
    edits.push({ start: member.keyStart, end: member.keyEnd, text: JSON.stringify(to) });
  }
}

/** Takes whole members out, each run of them with as many commas as it has members. */
function removeMembers({ given, fates, edits }: Job): void {
  if (fates.removed.size === 0) return;
  let lastKept: JsonMember | undefined;
  let runStart: JsonMember | undefined;
  for (const member of given.members.values()) {
    if (fates.removed.has(member.key)) {
      runStart ??= member;
      continue;
    }
    if (runStart !== undefined) edits.push({ start: runStart.keyStart, end: member.keyStart, text: '' });
    runStart = undefined;
    lastKept = member;
  }
  if (runStart === undefined) return;
  edits.push({ start: lastKept?.valueEnd ?? runStart.keyStart, end: lastEnd(given), text: '' });
}

function addMembers({ given, fates, edits, added }: Job): void {
  if (added.length === 0) return;
  const at = lastEnd(given);
  const kept = given.members.size - fates.removed.size;
  edits.push({ start: at, end: at, text: (kept > 0 ? ',' : '') + added.join(',') });
}

/** Where the last member ends, or the place for a first one. */
function lastEnd({ bytes, members }: Given): number {
  let end = afterSpace(bytes, 0) + 1;
  for (const { valueEnd } of members.values()) end = valueEnd;
  return end;
}

const quote = 0x22;
