import type { Part } from '../../core/message.ts';
import { spelled } from './carry.ts';
import type { PlacedPart } from './content.ts';
import { homeOf } from './reasoning.ts';

/** The members of an assistant's message that hold parts, in the order in which parts are read from them. */
export const homes = ['plain', 'details', 'content', 'refusal', 'audio', 'calls'] as const;
export type Home = (typeof homes)[number];

/** The parts of an assistant's message by the members that hold them; `plain` are thoughts that are nothing but text. */
export type AssistantLayout<Held extends HeldPart = PlacedPart> = Readonly<Record<Home, readonly Held[]>>;

/** A part with whatever is to be known of it. */
interface HeldPart {
  readonly part: Part;
}

export function assistantLayout<Held extends HeldPart>(parts: readonly Held[]): AssistantLayout<Held> {
  const layout: Record<Home, Held[]> = { plain: [], details: [], content: [], refusal: [], audio: [], calls: [] };
  for (const one of parts) {
    const home = memberOf(one.part);
    // There is room for one sound beside the content; more of them go in there.
    layout[home === 'audio' && layout.audio.length > 0 ? 'content' : home].push(one);
  }
  return layout;
}

/** Whether the parts stand in the order in which they will be read again. */
export function keepsOrder(parts: readonly HeldPart[]): boolean {
  let rank = 0;
  return parts.every(({ part }) => {
    const before = rank;
    rank = homes.indexOf(memberOf(part));
    return rank >= before;
  });
}

function memberOf(part: Part): Home {
  switch (part.type) {
    case 'reasoning':
      return reasoningHomes[homeOf(part)];
    case 'tool-call':
    case 'custom-call':
      return 'calls';
    case 'refusal':
      return spelled(part, 'field') === 'content' ? 'content' : 'refusal';
    case 'audio':
      return spelled(part, 'field') === 'content' ? 'content' : 'audio';
    case 'opaque':
      return opaqueHomes[spelled(part, 'field') ?? 'content'] ?? 'content';
    default:
      return 'content';
  }
}

const reasoningHomes = { content: 'content', reasoning_details: 'details', plain: 'plain' } as const;
const opaqueHomes: Readonly<Record<string, Home>> = { tool_calls: 'calls', reasoning_details: 'details' };
