import type { ChatEvent } from '../core/chat.ts';
import { isJsonObject } from '../core/json.ts';
import type { Lost } from '../core/loss.ts';
import type { DialectName } from '../core/payload.ts';
import { reportMembers, restsOf } from './foreign.ts';
import { at, type Writing } from './place.ts';

/** Where what an event says stands in the whole answer: `choices[0].message.parts[2]`, without the part if nobody numbered it. */
export function placeOf(event: ChatEvent, lost: Lost): Writing {
  const top: Writing = { path: '', lost };
  if (!('choice' in event) || event.choice === undefined) return top;
  const choice = at(at(top, 'choices'), event.choice);
  if (event.type === 'finish' || event.type === 'logprobs') return choice;
  const message = at(choice, 'message');
  return 'part' in event && event.part !== undefined ? at(at(message, 'parts'), event.part) : message;
}

/** Tells each loss once: a stream says the same kind of thing many times over. */
export function onceEach(lost: Lost): Lost {
  const told = new Set<string>();
  return (loss) => {
    const key = `${loss.why} ${loss.path}`;
    if (told.has(key)) return;
    told.add(key);
    lost(loss);
  };
}

/**
 * Tells of what only another dialect has words for. Extras of an event may stand by the level of its frame where they stood:
 * the frame and the chunk in it are the answer's own, the delta is the message's, an item is the part's.
 */
export function reportEventExtras(dialect: DialectName, event: ChatEvent, lost: Lost): void {
  const here = placeOf(event, lost);
  for (const [owner, members] of Object.entries(event.extras ?? {})) {
    if (owner === dialect) continue;
    const rests = restsOf(event, owner);
    for (const [name, said] of Object.entries(members)) {
      const place = levelPlace(name, event, lost);
      if (place === undefined || !isJsonObject(said)) reportMembers({ [name]: said }, rests, here);
      else reportMembers(said, rests, place);
    }
  }
}

function levelPlace(level: string, event: ChatEvent, lost: Lost): Writing | undefined {
  const top: Writing = { path: '', lost };
  if (level === 'frame' || level === 'chunk') return top;
  if (level === 'item') return placeOf(event, lost);
  if (level !== 'choice' && level !== 'delta') return undefined;
  const choice = at(at(top, 'choices'), 'choice' in event ? (event.choice ?? 0) : 0);
  return level === 'choice' ? choice : at(choice, 'message');
}
