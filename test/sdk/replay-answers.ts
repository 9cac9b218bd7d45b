import { recordedPieces } from '../upstream/recorded-answer.ts';
import { joined } from '../upstream/request-reader.ts';
import { asksForUsage, isUsageChunk, objectIn, type ReplayCall } from './replay-calls.ts';

/** The very bytes that a caller of Trestle must get of a recorded answer: all of them but for the hidden usage chunk. */
export function expectedBytes(call: ReplayCall): Uint8Array {
  const { responseChunks } = call.recording;
  const pieces = recordedPieces(call.recording);
  if (responseChunks === undefined || asksForUsage(call)) return joined(pieces);
  return joined(pieces.filter((_, at) => !isUsageChunk(objectIn(responseChunks[at]?.data))));
}
