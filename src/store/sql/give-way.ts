import { dlopen, ptr } from 'bun:ffi';
import { setPriority } from 'node:os';

/** Nicer than calls, which go first; not so nice that reports would starve on a busy machine. */
const niceness = 10;

/** The slice that is asked for, in nanoseconds; the longest that the kernel grants. */
const sliceNs = 100_000_000n;

/**
 * Lets every other thread of ours go first, where a thread can say so: elsewhere it would be said for the whole process. Being nice
 * decides who gets how much, not who comes first: Linux takes whose slice would be over first, and lets whoever wakes with a shorter slice go at
 * once before one with a longer. So a long one is asked for, which nothing but the call itself can do, since 6.12. With a short one calls
 * would wait until the clock ticks, some milliseconds at each of their steps.
 * https://docs.kernel.org/scheduler/sched-eevdf.html
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  setPriority(0, niceness);
  const number = callNumbers[process.arch];
  if (number === undefined) return;
  try {
    const { symbols, close } = dlopen('libc.so.6', {
      syscall: { args: ['i64', 'i32', 'ptr', 'u32'], returns: 'i64' },
    });
    symbols.syscall(number, 0, ptr(attributes()), 0);
    close();
  } catch {
    // An older machine, or one without the usual C library: being nice must do.
  }
}

/** `sched_setattr`, by architecture. */
const callNumbers: { readonly [arch: string]: number } = { x64: 314, arm64: 274 };

/** `struct sched_attr` of https://man7.org/linux/man-pages/man2/sched_setattr.2.html in its first version. */
function attributes(): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(48));
  bytes.setUint32(0, 48, true);
  bytes.setInt32(16, niceness, true);
  bytes.setBigUint64(24, sliceNs, true);
  return new Uint8Array(bytes.buffer);
}
