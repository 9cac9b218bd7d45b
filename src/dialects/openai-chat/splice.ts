import type { Lost } from '../../core/loss.ts';
import type { WireBody } from '../../core/payload.ts';
import { type Edit, edited } from '../byte-edit.ts';
import type { Splices } from '../dialect.ts';
import { type JsonMember, scanJson } from '../json-scan.ts';
import { afterSpace } from '../json-token.ts';
import { latin1, stringText } from '../text.ts';
import { type Fates, fatesOf } from './member-fates.ts';
import { type Given, memberOf } from './parameter.ts';
import { scanned } from './scanned.ts';

/**
 * The permitted changes to a chat request, made in its bytes: what no splice touches stays as it came. The same body comes
 * back when there is nothing to change. Throws `Failure('request-invalid')` for what is no strict JSON object.
 */
export function splice(wire: WireBody, splices: Splices, lost: Lost): WireBody {
  const { bytes } = wire;
  const { members } = scanned(wire);
  const job: Job = {
    given: { bytes, members },
    fates: fatesOf({ bytes, members }, splices, lost),
    edits: [],
    added: [],
  };
  if (splices.model !== undefined) setModel(job, splices.model);
  if (splices.streamUsage === true && !splices.without?.includes('stream_options')) askForUsage(job);
  if (splices.maxOutputTokens !== undefined) limitOutput(job, splices);
  renameKeys(job);
  removeMembers(job);
  addMembers(job);
  return job.edits.length === 0 ? wire : { kind: 'json', bytes: edited(bytes, job.edits) };
}

interface Job {
  readonly given: Given;
  readonly fates: Fates;
  readonly edits: Edit[];
  /** Members that are not there yet, spelled. */
  readonly added: string[];
}

function setModel(job: Job, model: string): void {
  const { bytes, members } = job.given;
  const text = JSON.stringify(model);
  const member = members.get('model');
  if (member === undefined) add(job, 'model', text);
  else if (bytes[member.valueStart] !== quote || stringText(bytes, member.valueStart, member.valueEnd) !== model)
    replace(job, member, text);
}

/** Asks for usage at the end of the stream, whatever else the caller's stream options say. */
function askForUsage(job: Job): void {
  const { given } = job;
  const member = given.members.get('stream_options');
  if (member === undefined) add(job, 'stream_options', `{${includeUsage}:true}`);
  else if (given.bytes[member.valueStart] !== openBrace) replace(job, member, `{${includeUsage}:true}`);
  else includeUsageIn(job, member);
}

function includeUsageIn({ given: { bytes }, edits }: Job, { valueStart, valueEnd }: JsonMember): void {
  const { members } = scanJson(bytes.subarray(valueStart, valueEnd));
  const wanted = members.get('include_usage');
  if (wanted === undefined) {
    const at = valueStart + 1;
    edits.push({ start: at, end: at, text: `${includeUsage}:true${members.size === 0 ? '' : ','}` });
    return;
  }
  const [start, end] = [valueStart + wanted.valueStart, valueStart + wanted.valueEnd];
  if (latin1(bytes, start, end) !== 'true') edits.push({ start, end, text: 'true' });
}

/** Sets the limit in every member in which the caller set one, else in the one that OpenAI names now. */
function limitOutput(job: Job, { maxOutputTokens, without = [] }: Splices): void {
  const { given, fates } = job;
  const text = String(maxOutputTokens);
  const there = limits.filter((name) => given.members.has(name) && !fates.removed.has(name));
  const set = there.filter((name) => memberOf(given, name) !== undefined);
  const changed = set.length > 0 ? set : there.slice(0, 1);
  for (const name of changed) {
    const member = given.members.get(name);
    if (member !== undefined && Number(latin1(given.bytes, member.valueStart, member.valueEnd)) !== maxOutputTokens)
      replace(job, member, text);
  }
  if (changed.length > 0) return;
  const taken = limits.find((name) => !without.includes(name));
  if (taken !== undefined) add(job, taken, text);
}

function replace(job: Job, { valueStart, valueEnd }: JsonMember, text: string): void {
  job.edits.push({ start: valueStart, end: valueEnd, text });
}

function add(job: Job, name: string, value: string): void {
  job.added.push(`${JSON.stringify(job.fates.renamed.get(name) ?? name)}:${value}`);
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

const limits = ['max_completion_tokens', 'max_tokens'];
const includeUsage = '"include_usage"';
const quote = 0x22;
const openBrace = 0x7b;
