import type { Json } from '../core/json.ts';
import {
  missing,
  optional,
  optionalList,
  type Place,
  pathOf,
  placeOf,
  requiredList,
  requiredPlace,
  requiredString,
  wrongType,
  wrongValue,
} from './field.ts';
import { countTokens } from './tokens.ts';

/** What the sandbox makes of a conversation. */
export interface Conversation {
  /** The text of the last user message, with `[image]`, `[audio]`, `[file]` for what is no text. */
  readonly lastUserText: string;
  /** The last message brings the result of a tool. */
  readonly endsWithToolResult: boolean;
  readonly tokens: number;
  /** Those of `tokens` that are sound. */
  readonly audioTokens: number;
}

interface Content {
  readonly text: string;
  readonly tokens: number;
  readonly audioTokens: number;
}

const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
const nothing: Content = { text: '', tokens: 0, audioTokens: 0 };

/** Every message costs as much besides its words. */
const tokensPerMessage = 4;

/** Reads `messages`. Throws `Failure('request-invalid')` naming the place of what is wrong. */
export function conversationOf(request: Place): Conversation {
  const list = requiredList(request, 'messages');
  if (list.length === 0) throw wrongValue('messages', 'expected at least one message');
  let lastUserText = '';
  let tokens = 3;
  let audioTokens = 0;
  let lastRole = '';
  for (const [index, value] of list.entries()) {
    const message = placeOf(value, `messages[${index}]`);
    lastRole = roleOf(message);
    const content = contentOf(message, lastRole);
    if (lastRole === 'user') lastUserText = content.text;
    tokens += tokensPerMessage + content.tokens + callTokens(message);
    audioTokens += content.audioTokens;
  }
  const endsWithToolResult = lastRole === 'tool' || lastRole === 'function';
  return { lastUserText, endsWithToolResult, tokens, audioTokens };
}

function roleOf(message: Place): string {
  const role = requiredString(message, 'role');
  if (roles.includes(role)) return role;
  throw wrongValue(pathOf(message, 'role'), `'${role}' is none of ${roles.join(', ')}`);
}

function contentOf(message: Place, role: string): Content {
  const path = pathOf(message, 'content');
  const content = optional(message, 'content');
  if (typeof content === 'string') return { text: content, tokens: countTokens(content), audioTokens: 0 };
  if (content === undefined) {
    if (role === 'assistant' || role === 'function') return nothing;
    throw missing(path);
  }
  if (!Array.isArray(content)) throw wrongType(path, 'a string or an array of parts', content);
  const parts = content.map((part: Json, index) => partOf(placeOf(part, `${path}[${index}]`)));
  return {
    text: parts.map((part) => part.text).join('\n'),
    tokens: parts.reduce((sum, part) => sum + part.tokens, 0),
    audioTokens: parts.reduce((sum, part) => sum + part.audioTokens, 0),
  };
}

function partOf(part: Place): Content {
  const type = requiredString(part, 'type');
  switch (type) {
    case 'text':
    case 'refusal': {
      const text = requiredString(part, type);
      return { text, tokens: countTokens(text), audioTokens: 0 };
    }
    case 'image_url':
      return {
        text: '[image]',
        tokens: mediaTokens(requiredString(requiredPlace(part, 'image_url'), 'url')),
        audioTokens: 0,
      };
    case 'input_audio': {
      const tokens = mediaTokens(requiredString(requiredPlace(part, 'input_audio'), 'data'));
      return { text: '[audio]', tokens, audioTokens: tokens };
    }
    case 'file': {
      const inline = optional(requiredPlace(part, 'file'), 'file_data');
      return { text: '[file]', tokens: typeof inline === 'string' ? mediaTokens(inline) : 256, audioTokens: 0 };
    }
    default:
      throw wrongValue(pathOf(part, 'type'), `'${type}' is none of text, image_url, input_audio, file, refusal`);
  }
}

/** What is sent along costs a token for every 64 of its characters, so that bytes bound tokens; what is pointed to, 256. */
function mediaTokens(content: string): number {
  return /^https?:/i.test(content) ? 256 : Math.ceil(content.length / 64);
}

function callTokens(message: Place): number {
  const calls = optionalList(message, 'tool_calls');
  return calls === undefined || calls.length === 0 ? 0 : countTokens(JSON.stringify(calls));
}
