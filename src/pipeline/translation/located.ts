import type { PartSources } from './unseal.ts';

/** How the request that was encoded came out of the caller's. */
export interface Origins {
  readonly parts: PartSources;
  /** The former numbers of the tools; absent if they are the same. One that was added has none. */
  readonly tools?: readonly (number | undefined)[];
}

/**
 * A path in the encoded request as the path in the caller's: parts and tools have the numbers there that they had in what the
 * caller sent. What was added stands for the form of output that it brings about.
 */
export function formerPath(path: string, { parts, tools }: Origins): string {
  const inPart = /^messages\[(\d+)\]\.parts\[(\d+)\]/.exec(path);
  if (inPart !== null) {
    const [head, message, part] = inPart;
    const former = parts.get(Number(message))?.[Number(part)];
    return former === undefined ? path : `messages[${message}].parts[${former}]${path.slice(head.length)}`;
  }
  const inTool = tools === undefined ? null : /^tools\[(\d+)\]/.exec(path);
  if (inTool === null || tools === undefined) return path;
  const [head, tool] = inTool;
  const former = tools[Number(tool)];
  return former === undefined ? 'output' : `tools[${former}]${path.slice(head.length)}`;
}
