import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { at, type Writing } from '../place.ts';
import { citation } from './citations.ts';

/** An event that is a `content_block_delta`. */
export type DeltaEvent = Extract<
  ChatEvent,
  { readonly type: 'text-delta' | 'reasoning-delta' | 'tool-call-delta' | 'citation' }
>;

export function isDelta(event: ChatEvent): event is DeltaEvent {
  const { type } = event;
  return type === 'text-delta' || type === 'tool-call-delta' || type === 'reasoning-delta' || type === 'citation';
}

/** The `delta` of such an event; undefined if there is no way to say it, and the loss was told. */
export function deltaWire(event: DeltaEvent, place: Writing): JsonObject | undefined {
  switch (event.type) {
    case 'text-delta':
      return { type: 'text_delta', text: event.text };
    case 'tool-call-delta':
      return { type: 'input_json_delta', partial_json: event.text };
    case 'reasoning-delta':
      if (event.signature !== undefined) return { type: 'signature_delta', signature: event.signature };
      return { type: 'thinking_delta', thinking: event.text ?? '' };
    case 'citation': {
      const written = citation.write(event.citation, at(place, 'citations'));
      return written === undefined ? undefined : { type: 'citations_delta', citation: written };
    }
  }
}
