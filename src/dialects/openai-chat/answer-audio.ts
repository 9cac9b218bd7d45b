import { isJsonObject } from '../../core/json.ts';
import type { AudioPart } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { type Field, moment, text } from '../field.ts';
import { mistyped } from '../place.ts';
import { shape } from './carry.ts';

/** The `audio` of an assistant's message: made by the model, or in later requests named by its id. */
export const answerAudio: Field<AudioPart> = {
  path: 'audio',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    const { base64, id, ...rest } = audioShape.decode(found, place);
    // Some vendors send an empty one with every answer.
    if ((base64 ?? '') === '' && (id ?? '') === '') return undefined;
    if (base64 !== undefined) {
      return { value: { type: 'audio', source: { kind: 'base64', base64 }, ...(id !== undefined && { id }), ...rest } };
    }
    return id === undefined ? undefined : { value: { type: 'audio', source: { kind: 'file', id }, ...rest } };
  },
  write({ source, ...part }, place) {
    reportUnsaid(part, ['signature', 'cacheBreakpoint'], place);
    if (source.kind === 'file') return audioShape.encode({ ...part, id: source.id }, place);
    if (source.kind === 'base64') return audioShape.encode({ ...part, base64: source.base64 }, place);
    return unsayable(place, 'no-audio-url');
  },
};

/** Where a member of a sound stands within it. */
export function audioMember({ source, ...part }: AudioPart, member: string): string | undefined {
  if (member === 'source') return source.kind === 'file' ? 'id' : 'data';
  return audioShape.where(part, member);
}

interface AnswerAudio extends Pick<AudioPart, 'transcript' | 'id' | 'expiresAt'> {
  readonly base64?: string;
}

export const audioShape = shape<AnswerAudio>({
  id: text('id'),
  base64: text('data'),
  transcript: text('transcript'),
  expiresAt: moment('expires_at'),
});
