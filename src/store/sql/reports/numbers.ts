/** Numbers of a column, in as few bytes each as hold them. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The same numbers in the narrowest form; undefined if all of them are 0. */
export function narrow(values: Float64Array): Numbers | undefined {
  let most = 0;
  let whole = true;
  // By index, because an iterator takes several times as long.
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value > most) most = value;
    else if (value < 0) whole = false;
    if (!Number.isInteger(value)) whole = false;
  }
  if (most === 0 && whole) return undefined;
  if (!whole || most >= 2 ** 32) return values;
  if (most < 2 ** 8) return new Uint8Array(values);
  return most < 2 ** 16 ? new Uint16Array(values) : new Uint32Array(values);
}

const forms = [Uint8Array, Uint16Array, Uint32Array, Float64Array] as const;
/** What stands before the numbers: long enough that they begin where their kind must. */
const headBytes = 8;

/** A column as it is kept. It is only read on the machine that wrote it, so the order of bytes is that machine's. */
export function pack(numbers: Numbers): Uint8Array {
  const packed = new Uint8Array(headBytes + numbers.byteLength);
  packed[0] = forms.findIndex((form) => numbers instanceof form);
  packed.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), headBytes);
  return packed;
}

export function unpack(packed: Uint8Array): Numbers {
  const form = forms[packed[0] ?? 0];
  if (form === undefined) throw new TypeError(`A packed column says that it is of the form ${packed[0]}.`);
  const aligned = packed.byteOffset % headBytes === 0 ? packed : packed.slice();
  const length = (packed.byteLength - headBytes) / form.BYTES_PER_ELEMENT;
  return new form(aligned.buffer as ArrayBuffer, aligned.byteOffset + headBytes, length);
}
