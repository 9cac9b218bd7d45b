import type { Message, Part } from '../../core/message.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import { type Fit, mapped } from './fitting.ts';

/**
 * Ids of calls that the vendor would refuse become others that it takes: a call and its results the same one, in every request.
 * They mean nothing but that these belong together, so that nothing is lost.
 */
export const callIdFit: Fit = (request, { traits }) => {
  if (traits.callIds === undefined) return request;
  const form = forms[traits.callIds];
  const messages = mapped(request.messages, (message) => withIds(message, form));
  return messages === request.messages ? request : { ...request, messages };
};

type IdForm = (id: string) => string;

const longest = 40;

const forms: Readonly<Record<NonNullable<ModelTraits['callIds']>, IdForm>> = {
  'up-to-40': (id) => (id.length <= longest ? id : `${id.slice(0, longest - 10)}_${digest(id)}`),
  nine: (id) => (/^[a-zA-Z0-9]{9}$/.test(id) ? id : digest(id)),
};

function withIds(message: Message, form: IdForm): Message {
  if (message.type !== 'message') return message;
  const parts = mapped(message.parts, (part) => withId(part, form));
  return parts === message.parts ? message : { ...message, parts };
}

function withId(part: Part, form: IdForm): Part {
  if (part.type === 'tool-result') {
    const callId = form(part.callId);
    return callId === part.callId ? part : { ...part, callId };
  }
  if (part.type !== 'tool-call' && part.type !== 'custom-call') return part;
  const id = form(part.id);
  return id === part.id ? part : { ...part, id };
}

/** Nine letters and digits: FNV-1a of 64 bits, spread well enough for the ids of one conversation. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(36).padStart(9, '0').slice(-9);
}
