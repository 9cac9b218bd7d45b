import type { WireBody } from '../core/payload.ts';
import { type JsonScan, type JsonWatch, scanJson } from './json-scan.ts';

/**
 * The structure of a request, read once however many ask for it: the envelope first, the splices again for each target.
 * What is given throws `Failure('request-invalid')` for what is no strict JSON object.
 */
export function scanOnce(watch: JsonWatch): (wire: WireBody) => JsonScan {
  const scans = new WeakMap<WireBody, JsonScan>();
  return (wire) => {
    const known = scans.get(wire);
    if (known !== undefined) return known;
    const scan = scanJson(wire.bytes, watch);
    scans.set(wire, scan);
    return scan;
  };
}
