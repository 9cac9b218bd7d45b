import type { WireBody } from '../../core/payload.ts';
import { type JsonScan, scanJson, watchFor } from '../json-scan.ts';

/**
 * The structure of a chat request, read once however many ask for it: the envelope first, the splices again for each
 * target. Throws `Failure('request-invalid')` for what is no strict JSON object.
 */
export function scanned(wire: WireBody): JsonScan {
  const known = scans.get(wire);
  if (known !== undefined) return known;
  const scan = scanJson(wire.bytes, inputs);
  scans.set(wire, scan);
  return scan;
}

const scans = new WeakMap<WireBody, JsonScan>();

/** Where the messages of a chat may refer to something that is not in the request. */
const inputs = watchFor('messages', [
  'audio',
  'audio_url',
  'data',
  'document_url',
  'file_data',
  'file_id',
  'file_url',
  'image_url',
  'input_audio',
  'url',
  'video_url',
]);
