import type { ChatRequest } from '../../core/chat.ts';
import { spelled } from './carry.ts';
import { locateInMessage } from './locate-message.ts';
import { below, firstStep, type Where } from './member-path.ts';
import { outputMember } from './output-format.ts';
import { belowChoice } from './tool-choice.ts';
import { toolMember } from './tools.ts';

/**
 * A path in canonical members of a request that was read from this dialect, in its own: `messages[3].parts[1].name` is
 * `messages[3].tool_calls[0].function.name`. What nobody here knows passes unchanged. `where` knows the members at the top.
 */
export function locate(value: ChatRequest, path: string, where: Where): string {
  const { name, index, rest } = firstStep(path);
  const message = name === 'messages' && index !== undefined ? value.messages[index] : undefined;
  if (message !== undefined) return `messages[${index}]${locateInMessage(message, rest)}`;
  const tool = name === 'tools' && index !== undefined ? value.tools?.[index] : undefined;
  if (tool !== undefined) return `tools[${index}]${below(rest, (member) => toolMember(tool, member))}`;
  const here = where(name);
  return here === undefined ? path : here + belowTop(value, name, path.slice(name.length));
}

function belowTop(value: ChatRequest, name: string, rest: string): string {
  const { output, toolChoice } = value;
  if (name === 'output' && output !== undefined) return below(rest, (member) => outputMember(output, member));
  if (name === 'toolChoice' && toolChoice !== undefined) return belowChoice(toolChoice, rest);
  // Each of these is one word or text on the wire.
  return name === 'reasoning' || spelled(value, name) === 'text' ? '' : rest;
}
