import type { Carried } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Frame } from '../sse.ts';
import { dialect, extras, spelled } from './carry.ts';

/** Each frame says its type twice: the official SDKs look for the name of the event, and drop a frame without one. */
export function framed(wire: JsonObject & { readonly type: string }): Frame {
  return { event: wire.type, data: JSON.stringify(wire) };
}

export function deltaFrame(index: number, delta: JsonObject): Frame {
  return framed({ type: 'content_block_delta', index, delta });
}

/**
 * An event with what its frame has beside it: members of the object that it was read from, members of the frame itself, and
 * notes of unusual spellings.
 */
export function carrying(event: ChatEvent, { own, frame, marks }: Beside): ChatEvent {
  const left = isEmpty(frame) ? own : { ...own, frame: frame ?? {} };
  const noted = said(marks);
  return {
    ...event,
    ...(!isEmpty(left) && { extras: { [dialect]: left ?? {} } }),
    ...(noted !== undefined && {
      spelling: { ...event.spelling, [dialect]: { ...event.spelling?.[dialect], ...noted } },
    }),
  };
}

export interface Beside {
  readonly own?: JsonObject;
  readonly frame?: JsonObject;
  readonly marks?: Marks | undefined;
}

/** One that is undefined is usual. */
export type Marks = Readonly<Record<string, string | undefined>>;

/** The other way round. */
export function besideOf(event: Carried): { readonly own: JsonObject; readonly frame: JsonObject } {
  const { frame, ...own } = extras(event);
  return isJsonObject(frame) ? { own, frame } : { own: extras(event), frame: {} };
}

/** A name, id or time to wait that a frame has, if not simply its type as its name. */
export function lineMarks({ event, id, retry }: Frame, type: Json | undefined): Marks {
  return {
    event: event === type ? undefined : (event ?? ''),
    id,
    retry: retry === undefined ? undefined : String(retry),
  };
}

/** The frame of an event whose wire form is known, with its lines as they were. */
export function framedAs(event: Carried, wire: JsonObject): Frame {
  const { type, ...rest } = wire;
  return {
    ...linesOf(event, typeof type === 'string' ? type : undefined),
    data: JSON.stringify(spelled(event, 'frameType') === 'absent' ? rest : wire),
  };
}

/** The lines of a frame beside its data. */
export function linesOf(event: Carried, type: string | undefined): Frame {
  const name = spelled(event, 'event') ?? type;
  const id = spelled(event, 'id');
  const retry = spelled(event, 'retry');
  return {
    ...(name !== undefined && name !== '' && { event: name }),
    ...(id !== undefined && { id }),
    ...(retry !== undefined && { retry: Number(retry) }),
  };
}

function isEmpty(members: JsonObject | undefined): boolean {
  return members === undefined || Object.keys(members).length === 0;
}

function said(marks: Marks | undefined): Readonly<Record<string, string>> | undefined {
  const known = Object.entries(marks ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
