import { type JsonMember, scanJson } from '../json-scan.ts';
import { type Splicing, splicer } from '../splicing.ts';
import { latin1 } from '../text.ts';
import { scanned } from './scanned.ts';

/** The permitted changes to a chat request, made in its bytes. OpenAI renamed the limit, and tells usage only if asked. */
export const splice = splicer({
  scanned,
  limits: ['max_completion_tokens', 'max_tokens'],
  streamUsage: { member: 'stream_options', ask: askForUsage },
});

/** Asks for usage at the end of the stream, whatever else the caller's stream options say. */
function askForUsage(splicing: Splicing): void {
  const { given } = splicing;
  const member = given.members.get('stream_options');
  if (member === undefined) splicing.add('stream_options', `{${includeUsage}:true}`);
  else if (given.bytes[member.valueStart] !== openBrace) splicing.replace(member, `{${includeUsage}:true}`);
  else includeUsageIn(splicing, member);
}

function includeUsageIn({ given: { bytes }, edits }: Splicing, { valueStart, valueEnd }: JsonMember): void {
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

const includeUsage = '"include_usage"';
const openBrace = 0x7b;
