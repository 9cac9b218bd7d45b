import type { Carried, Opaque } from './carried.ts';
import type { JsonObject } from './json.ts';
import type { CacheBreakpoint } from './message.ts';

/** Something the model may call. `opaque` is one that the vendor runs itself. */
export type Tool = FunctionTool | CustomTool | Opaque;

export interface FunctionTool extends Carried {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments, as the caller wrote it. */
  readonly schema?: JsonObject;
  /** The arguments must obey the schema. */
  readonly strict?: boolean;
  readonly cacheBreakpoint?: CacheBreakpoint;
}

/** Takes free text instead of JSON. */
export interface CustomTool extends Carried {
  readonly type: 'custom';
  readonly name: string;
  readonly description?: string;
  /** What the text must match; any text if absent. */
  readonly grammar?: { readonly syntax: string; readonly definition: string };
  readonly cacheBreakpoint?: CacheBreakpoint;
}

export type ToolChoice =
  | ({ readonly type: 'auto' } & Carried)
  | ({ readonly type: 'none' } & Carried)
  /** Some tool, whichever. */
  | ({ readonly type: 'required' } & Carried)
  | ({ readonly type: 'named'; readonly tool: NamedTool } & Carried)
  /** Only these of the offered ones; at least one of them if `required`. */
  | ({ readonly type: 'allowed'; readonly required: boolean; readonly tools: readonly NamedTool[] } & Carried)
  | Opaque;

export interface NamedTool {
  readonly type: 'function' | 'custom';
  readonly name: string;
}
