import type { Message, Part, RoleMessage, ToolResultPart } from '../../core/message.ts';
import { audioMember } from './answer-audio.ts';
import { assistantLayout, homes } from './assistant-layout.ts';
import { spelled } from './carry.ts';
import { citationMember } from './citations.ts';
import { below, firstStep } from './member-path.ts';
import { partMember } from './parts.ts';
import { detailMember, usualPlain } from './reasoning.ts';
import { callMember } from './tool-calls.ts';
import { resultMember } from './tool-messages.ts';

/** What a path within a message is within its wire form. */
export function locateInMessage(message: Message, path: string): string {
  const { name, index, rest } = firstStep(path);
  if (message.type === 'opaque' || name !== 'parts' || index === undefined) return path;
  const part = message.parts[index];
  if (part === undefined) return path;
  if (part.type === 'tool-result') return inResult(part, rest);
  if (message.role === 'assistant') return inAssistant(message, index, rest);
  return inContent({ part, number: index, isList: spelled(message, 'parts') === 'list' }, rest);
}

/** A part among those of one content. */
interface Said {
  readonly part: Part;
  readonly number: number;
  readonly isList: boolean;
}

function inContent({ part, number, isList }: Said, rest: string): string {
  return isList ? `.content[${number}]${below(rest, (member) => partMember(part, member))}` : '.content';
}

/** A result is a message of its own. */
function inResult(result: ToolResultPart, path: string): string {
  const { name, index, rest } = firstStep(path);
  const part = name === 'parts' && index !== undefined ? result.parts[index] : undefined;
  if (part === undefined || index === undefined) return below(path, (member) => resultMember(result, member));
  return inContent({ part, number: index, isList: spelled(result, 'parts') === 'list' }, rest);
}

function inAssistant(message: RoleMessage, index: number, rest: string): string {
  const layout = assistantLayout(message.parts.map((part, number) => ({ part, number })));
  for (const home of homes) {
    const number = layout[home].findIndex((one) => one.number === index);
    const part = layout[home][number]?.part;
    if (part !== undefined) return places[home]({ message, part, number }, rest);
  }
  return rest;
}

interface Held {
  readonly message: RoleMessage;
  readonly part: Part;
  /** Among the parts of the same home. */
  readonly number: number;
}

const places = {
  plain: ({ message }) => `.${spelled(message, 'reasoning')?.split('+')[0] ?? usualPlain}`,
  details: ({ part, number }, rest) => {
    const inside = part.type === 'reasoning' ? below(rest, (member) => detailMember(part, member)) : rest;
    return `.reasoning_details[${number}]${inside}`;
  },
  content: ({ message, part, number }, rest) =>
    inCitation(part, rest) ?? inContent({ part, number, isList: spelled(message, 'content') === 'list' }, rest),
  refusal: () => '.refusal',
  audio: ({ part }, rest) =>
    `.audio${part.type === 'audio' ? below(rest, (member) => audioMember(part, member)) : rest}`,
  calls: ({ part, number }, rest) => `.tool_calls[${number}]${below(rest, (member) => callMember(part, member))}`,
} satisfies Record<(typeof homes)[number], (held: Held, rest: string) => string>;

/** Citations stand beside the content, whose only text they belong to. */
function inCitation(part: Part, path: string): string | undefined {
  const { name, index, rest } = firstStep(path);
  if (part.type !== 'text' || name !== 'citations' || part.citations === undefined) return undefined;
  const citation = index === undefined ? undefined : part.citations[index];
  if (citation === undefined) return '.annotations';
  return `.annotations[${index}]${below(rest, (member) => citationMember(citation, member))}`;
}
