import type { ChatEvent } from '../../core/chat.ts';

type Event<Type extends ChatEvent['type']> = Extract<ChatEvent, { readonly type: Type }>;
type Start = Event<'tool-call-start'>;
type Delta = Event<'tool-call-delta'>;

/** The calls that a stream has started. */
export interface StartedCalls {
  start(event: Start): void;
  /** Whether a call takes JSON or text. */
  kindOf(event: Delta): Start['kind'];
  /** What has to be said where a part ends: a call that was given no arguments has empty ones, which is an object too. */
  end(event: Event<'part-end'>): Delta | undefined;
}

export function startedCalls(): StartedCalls {
  const calls: Started[] = [];
  const find = (choice: number, call: number): Started | undefined =>
    calls.find(({ start }) => start.call === call && start.choice === choice);
  return {
    start(event) {
      const known = find(event.choice, event.call);
      if (known === undefined) calls.push({ start: event, isSilent: true });
      else known.start = event;
    },
    kindOf(event) {
      const known = find(event.choice, event.call);
      if (known !== undefined && event.text !== '') known.isSilent = false;
      return known?.start.kind ?? 'function';
    },
    end({ choice, part }) {
      const ended = calls.find(({ start }) => start.choice === choice && start.part === part);
      if (ended === undefined || !ended.isSilent || ended.start.kind === 'custom') return undefined;
      ended.isSilent = false;
      return { type: 'tool-call-delta', choice, part, call: ended.start.call, text: '{}' };
    },
  };
}

interface Started {
  start: Start;
  isSilent: boolean;
}
