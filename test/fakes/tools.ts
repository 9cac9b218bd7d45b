import type { Tools } from '../../src/cli/tools.ts';
import type { HttpClient, OutboundRequest } from '../../src/core/ports.ts';
import type { FileState, Prompt } from '../../src/core/terminal.ts';
import { providerKinds } from '../../src/providers/index.ts';
import { type HandClock, handClock } from './hand-clock.ts';

/** What a server says to a request: JSON, or the pieces of a stream. */
export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly pieces?: readonly (string | Promise<string>)[];
}

export interface FakeTools {
  readonly tools: Tools;
  readonly clock: HandClock;
  readonly sent: readonly OutboundRequest[];
  readonly said: readonly string[];
  readonly complaints: readonly string[];
  /** All that went to either output, as it came. */
  readonly shown: readonly string[];
  readonly written: ReadonlyMap<string, string>;
  /** Somebody presses Ctrl-C. */
  interrupt(): void;
}

export interface FakeToolsOptions {
  readonly answer?: (request: OutboundRequest) => Said | Promise<Said>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What is typed, line by line; a terminal is there if this is. */
  readonly typed?: readonly string[];
  readonly columns?: number;
  readonly look?: (path: string) => FileState;
  readonly freeBytes?: number;
}

/** A command's surroundings in memory: a terminal that remembers, a server that is a function, a clock that goes by hand. */
export function fakeTools(options: FakeToolsOptions = {}): FakeTools {
  const clock = handClock();
  const sent: OutboundRequest[] = [];
  const said: string[] = [];
  const complaints: string[] = [];
  const shown: string[] = [];
  const written = new Map<string, string>();
  const interrupts: (() => void)[] = [];
  const isTerminal = options.typed !== undefined;
  const output = {
    isTerminal,
    columns: options.columns ?? Number.POSITIVE_INFINITY,
    write: (text: string) => void shown.push(text),
  };
  const tools: Tools = {
    http: client(options, sent),
    clock,
    environment: { TRESTLE_CLIENT_KEY: 'tr-client', TRESTLE_ADMIN_KEY: 'tr-admin', ...options.environment },
    readFile: (path) => options.files?.[path],
    readInput: () => Promise.resolve(options.input ?? ''),
    say: (text) => void said.push(text),
    complain: (text) => void complaints.push(text),
    terminal: {
      out: output,
      errors: output,
      typed: isTerminal,
      readAll: () => Promise.resolve(options.input ?? ''),
      prompt: () => prompt(options.typed ?? [], interrupts),
      onInterrupt(act) {
        interrupts.push(act);
        return () => void interrupts.splice(interrupts.indexOf(act), 1);
      },
    },
    disk: {
      look: options.look ?? (() => ({ kind: 'absent', usable: true, open: false })),
      freeBytes: () => options.freeBytes ?? 1e12,
      writeNew: (path, text) => void written.set(path, text),
    },
    kinds: () => Promise.resolve(providerKinds),
  };
  const interrupt = (): void => {
    for (const act of interrupts) act();
  };
  return { tools, clock, sent, said, complaints, shown, written, interrupt };
}

function prompt(typed: readonly string[], interrupts: (() => void)[]): Prompt {
  const lines = [...typed];
  return {
    ask: () => Promise.resolve(lines.shift()),
    onInterrupt: (act) => void interrupts.push(act),
    close: () => void lines.splice(0),
  };
}

function client({ answer = () => ({}) }: FakeToolsOptions, sent: OutboundRequest[]): HttpClient {
  return {
    async send(request) {
      sent.push(request);
      const { status = 200, headers = {}, json = {}, pieces = [JSON.stringify(json)] } = await answer(request);
      const queue = [...pieces];
      return {
        status,
        headers: new Headers(headers),
        bytes: async () => new TextEncoder().encode((await Promise.all(queue)).join('')),
        pieces: () => ({
          async read() {
            const piece = queue.shift();
            if (piece === undefined) return undefined;
            const { promise: left, reject } = Promise.withResolvers<never>();
            request.signal.addEventListener('abort', () => reject(request.signal.reason));
            return new TextEncoder().encode(await Promise.race([piece, left]));
          },
          cancel: () => undefined,
        }),
      };
    },
  };
}
