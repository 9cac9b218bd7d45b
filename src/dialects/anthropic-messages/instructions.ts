import { isJsonObject, type Json } from '../../core/json.ts';
import type { Part } from '../../core/message.ts';
import { unsayable } from '../carrying.ts';
import type { Reading, Writing } from '../place.ts';
import { readBlock, writeBlock } from './blocks.ts';
import { opaque, unwrapped } from './carry.ts';

/** A block of what instructs the model: text. Whatever else may come there is carried as it is. */
export function readInstruction(found: Json, place: Reading): Part {
  const isOther = isJsonObject(found) && typeof found['type'] === 'string' && found['type'] !== 'text';
  return isOther ? opaque(found) : readBlock(found, place);
}

export function writeInstruction(part: Part, place: Writing): Json | undefined {
  if (part.type === 'text') return writeBlock(part, place);
  if (part.type === 'opaque') return unwrapped(part, place);
  return unsayable(place, 'unsupported');
}
