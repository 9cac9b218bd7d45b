import { isCachingKey } from '../caching.ts';
import { scanJson, type WatchedMember } from '../json-scan.ts';
import { type Given, memberOf } from '../parameter.ts';
import { isReference } from '../reference.ts';

/**
 * The paths of inputs whose size in tokens nobody can tell from the request: what a URL or a file id stands for, what is
 * kept at the provider, what a search will bring. `data:` URLs are in the request and so within its bytes.
 */
export function unmeasuredIn(given: Given, watched: readonly WatchedMember[]): readonly string[] {
  const paths: string[] = [];
  for (const name of keptElsewhere) if (memberOf(given, name) !== undefined) paths.push(name);
  const prompt = memberOf(given, 'prompt');
  if (prompt !== undefined && given.bytes[prompt.valueStart] === openBrace) paths.push('prompt');
  for (const member of watched) {
    const path = referencePath(given.bytes, member);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

/** State at the provider, and searches whose results are input. */
const keptElsewhere = ['conversation', 'plugins', 'previous_response_id', 'search_parameters', 'web_search_options'];

function referencePath(bytes: Uint8Array, member: WatchedMember): string | undefined {
  const { key, path, valueStart, valueEnd } = member;
  const first = bytes[valueStart];
  if (isCachingKey(key)) return undefined;
  if (key === 'audio') return first === openBrace && isKeptAudio(bytes, member) ? path : undefined;
  if (first !== quote) return undefined;
  if (key === 'file_id') return path;
  if (!isReference(bytes, valueStart, valueEnd)) return undefined;
  return key === 'url' || key === 'data' ? carrier.exec(path)?.[1] : path;
}

/** An answer's audio of before, which a follow-up names by its id. */
function isKeptAudio(bytes: Uint8Array, { valueStart, valueEnd }: WatchedMember): boolean {
  return scanJson(bytes.subarray(valueStart, valueEnd)).members.has('id');
}

/** The parts whose `url` or `data` is input; the `url` of a citation is not. */
const carrier = /^(.*(?:_url|\.input_audio))\.(?:url|data)$/;

const quote = 0x22;
const openBrace = 0x7b;
