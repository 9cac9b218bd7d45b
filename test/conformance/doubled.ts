/** Recordings of two streams, one written after the other and one into the other: no vendor ever sent such a stream. */
export const doubled: ReadonlySet<string> = new Set(['887bf8d0ab88fb27', 'a3d8b34b26ecdbca']);
