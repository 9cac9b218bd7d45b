import type { Json } from '../../core/json.ts';

/**
 * Numbers the tool calls of one choice. A call is known by the vendor's index; a new id under an old index is a new call all the
 * same, since some vendors give every call the index 0.
 */
export interface CallBook {
  /** The call of an item, and whether the item opens it. */
  of(item: { readonly index: Json | undefined; readonly id: string; readonly name: string }): {
    readonly call: number;
    readonly opens: boolean;
  };
}

export function callBook(): CallBook {
  const open = new Map<Json | undefined, { readonly call: number; readonly id: string }>();
  let count = 0;
  return {
    of({ index, id, name }) {
      const known = open.get(index);
      const isOther = known !== undefined && id !== '' && id !== known.id && name !== '';
      if (known !== undefined && !isOther) return { call: known.call, opens: false };
      const call = count;
      count += 1;
      open.set(index, { call, id });
      return { call, opens: true };
    },
  };
}
