import { scanJson, type WatchedMember } from '../json-scan.ts';
import { type Given, memberOf, type ParameterReader } from '../parameter.ts';
import { isReference } from '../reference.ts';
import { stringText } from '../text.ts';

/**
 * The paths of inputs whose size in tokens nobody can tell from the request: what a URL or a file id stands for, what is
 * kept at the provider, what a tool that runs there will bring.
 */
export function unmeasuredIn(
  given: Given,
  read: ParameterReader,
  watched: readonly WatchedMember[],
): readonly string[] {
  const paths: string[] = [];
  if (memberOf(given, 'container') !== undefined) paths.push('container');
  if (read.list(given, 'mcp_servers') === 'filled') paths.push('mcp_servers');
  if (continues(given, read)) paths.push('thread');
  for (const member of watched) {
    const path = openPath(given.bytes, member);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

/** Whether the conversation goes on from one that the provider keeps. */
function continues(given: Given, read: ParameterReader): boolean {
  const thread = read.object(given, 'thread');
  return thread !== undefined && thread['type'] !== 'create';
}

/** The path of what a watched member leaves open. */
function openPath(bytes: Uint8Array, { key, path, valueStart, valueEnd }: WatchedMember): string | undefined {
  const first = bytes[valueStart];
  if (key === 'definition' && first === openBrace) {
    const type = scanJson(bytes.subarray(valueStart, valueEnd)).members.get('type');
    if (type === undefined || !addition.test(path)) return undefined;
    return isMeasured(bytes, valueStart + type.valueStart, valueStart + type.valueEnd) ? undefined : path;
  }
  if (first !== quote) return undefined;
  if (key === 'type') return isMeasured(bytes, valueStart, valueEnd) ? undefined : toolOf(path);
  if (key === 'url' && !isReference(bytes, valueStart, valueEnd)) return undefined;
  return source.exec(path)?.[1] ?? (upload.test(path) ? path : undefined);
}

/** Whether a tool of this type brings nothing that is not in a request: its value, quotes included. */
function isMeasured(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] !== quote || measured.test(stringText(bytes, start, end));
}

/**
 * Tools that the caller runs, whose results come with a later request, and the search among tools that are in the request
 * themselves. What any other one brings is read within the same call.
 */
const measured = /^(?:custom|bash|browser|computer|memory|text_editor|tool_search_tool)(?:_|$)/;

function toolOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}

/** The source of an image or a document, in a message, in a tool's result, or in another document; no input of a tool. */
const source = /^(messages\[\d+\](?:\.(?:content|source)(?:\[\d+\])?)*\.source)\.(?:url|file_id)$/;
/** A tool that a message adds. */
const addition = /^messages\[\d+\]\.content\[\d+\]\.tool\.definition$/;
/** A file that is put into the container. */
const upload = /^messages\[\d+\]\.content\[\d+\]\.file_id$/;

const quote = 0x22;
const openBrace = 0x7b;
