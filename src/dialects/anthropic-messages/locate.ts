import type { ChatRequest } from '../../core/chat.ts';
import type { Part } from '../../core/message.ts';
import { spelled } from './carry.ts';
import { plainText } from './content.ts';
import { requestShape } from './request-shape.ts';
import { type Placed, turnsOf } from './turns.ts';

/**
 * Where a canonical member of a request stands in its wire form: with a `system`, `messages[1].parts[0].text` is
 * `messages[0].content[0].text`. What is no canonical member stays as it is.
 */
export function locate(value: ChatRequest, path: string): string {
  const [, index, inMessage = ''] = /^messages\[(\d+)\](.*)$/.exec(path) ?? [];
  if (index !== undefined) return locateMessage(value, Number(index), inMessage) ?? path;
  const [, tool, member = '', inTool = ''] = /^(tools\[\d+\]\.)(\w+)(.*)$/.exec(path) ?? [];
  if (tool !== undefined) return `${tool}${memberIn(partMembers, member)}${inTool}`;
  const [, name = '', below = ''] = /^([^.[]+)(.*)$/.exec(path) ?? [];
  if (name === 'reasoning') return locateReasoning(value, below);
  if (name === 'toolChoice') return `tool_choice${below.replace('.tool.', '.')}`;
  if (name === 'parallelToolCalls') return 'tool_choice.disable_parallel_tool_use';
  return `${parameters.has(name) ? requestShape.where(value, name) : name}${below}`;
}

/** Canonical members that the wire has other words for. */
const parameters: ReadonlySet<string> = new Set([
  'output',
  'maxOutputTokens',
  'stop',
  'topP',
  'topK',
  'serviceTier',
  'endUser',
]);

/** Words within parts and tools that the wire has others for. */
const partMembers: Readonly<Record<string, string>> = {
  cacheBreakpoint: 'cache_control',
  schema: 'input_schema',
  arguments: 'input',
  callId: 'tool_use_id',
  isError: 'is_error',
  encrypted: 'data',
};

const sourceMembers: Readonly<Record<string, string>> = { mediaType: 'media_type', base64: 'data', id: 'file_id' };

/** By its own word on the wire; one named like what every object inherits has none. */
function memberIn(words: Readonly<Record<string, string>>, member: string): string {
  return Object.hasOwn(words, member) ? (words[member] ?? member) : member;
}

function locateMessage({ messages }: ChatRequest, index: number, rest: string): string | undefined {
  const { system, turns } = turnsOf(messages);
  if (system.some((one) => one.index === index)) return locateIn('system', { placed: system, index, rest });
  const turn = turns.findIndex((one) =>
    one.role === 'opaque' ? one.index === index : one.messages.some((placed) => placed.index === index),
  );
  const found = turns[turn];
  if (found === undefined) return undefined;
  const here = `messages[${turn}]`;
  if (found.role === 'opaque' || !rest.startsWith('.parts[')) return `${here}${rest}`;
  return locateIn(`${here}.content`, { placed: found.messages, index, rest });
}

/** A part of a message, among those of all the messages that stand together. */
function locateIn(content: string, { placed, index, rest }: Spot): string {
  const [, position, inPart = ''] = /^\.parts\[(\d+)\](.*)$/.exec(rest) ?? [];
  if (position === undefined) return `${content}${rest}`;
  const parts = placed.flatMap(({ message }) => message.parts);
  const before = placed.filter((one) => one.index < index).flatMap(({ message }) => message.parts).length;
  const isList = placed.some(({ message }) => spelled(message, 'parts') === 'list');
  if (!isList && plainText(parts) !== undefined) return content;
  const at = before + Number(position);
  return `${content}[${at}]${locateInPart(parts[at], inPart)}`;
}

interface Spot {
  readonly placed: readonly Placed[];
  readonly index: number;
  readonly rest: string;
}

function locateInPart(part: Part | undefined, path: string): string {
  const [, member = '', below = ''] = /^\.(\w+)(.*)$/.exec(path) ?? [];
  if (member === '' || part === undefined || part.type === 'opaque') return path;
  if (part.type === 'tool-result' && member === 'parts') return locateInResult(part, below);
  if (part.type === 'reasoning' && member === 'text') return `.thinking${below}`;
  if (part.type === 'file' && member === 'name') return `.title${below}`;
  if (member === 'source') return `.source${below.replace(/\w+/, (name) => memberIn(sourceMembers, name))}`;
  return `.${memberIn(partMembers, member)}${below}`;
}

function locateInResult(result: Extract<Part, { readonly type: 'tool-result' }>, path: string): string {
  const [, position, inPart = ''] = /^\[(\d+)\](.*)$/.exec(path) ?? [];
  const isText = spelled(result, 'parts') !== 'list' && plainText(result.parts) !== undefined;
  if (position === undefined || isText) return '.content';
  return `.content[${position}]${locateInPart(result.parts[Number(position)], inPart)}`;
}

/** The members that reasoning is spread over; as a whole it is the one of them that is there. */
function locateReasoning({ reasoning }: ChatRequest, path: string): string {
  const told = reasoningMembers[path];
  if (told !== undefined) return told;
  const isEffort = reasoning?.effort !== undefined && reasoning.enabled === undefined;
  return isEffort && reasoning.budgetTokens === undefined ? 'output_config.effort' : 'thinking';
}

const reasoningMembers: Readonly<Record<string, string>> = {
  '.enabled': 'thinking.type',
  '.budgetTokens': 'thinking.budget_tokens',
  '.visible': 'thinking.display',
  '.effort': 'output_config.effort',
};
