import type { JsonObject } from '../../core/json.ts';
import { objectIn } from '../json-text.ts';
import type { Frame } from '../sse.ts';
import { deltaFrame, framed } from './frames.ts';

/**
 * The blocks of a message that others told in pieces, one open at a time as this dialect wants it. A block that begins while an
 * earlier one must still be open waits in line, and what it says with it.
 */
export interface BlockLine {
  /** The block that a piece is more of; undefined if there is none that could take it. */
  find(wanted: Wanted): Block | undefined;
  /** Adds a block to the line. */
  add(block: NewBlock): Block;
  /** Says more in a block. */
  say(block: Block, delta: JsonObject): readonly Frame[];
  /** A block is over, or something new has come that may end the one that is open. */
  advance(): readonly Frame[];
  /** A part is over, and the blocks that say it. */
  end(part: number): readonly Frame[];
  /** Whether a block waits for another to end. */
  isWaited(): boolean;
  /** All blocks are over. */
  close(): readonly Frame[];
  /** How many blocks were begun, waiting ones included. */
  count(): number;
}

export interface Wanted {
  readonly kind: BlockKind;
  readonly part: number | undefined;
}

export type BlockKind = 'text' | 'refusal' | 'thinking' | 'redacted' | 'tool';

export interface NewBlock extends Wanted {
  /** Its `content_block` as it starts. */
  readonly start: JsonObject;
  /** Whether somebody will tell when it is over. */
  readonly isNumbered: boolean;
}

export interface Block extends NewBlock {
  readonly index: number;
  isOver: boolean;
  isOpen: boolean;
  /** A tool's arguments so far. */
  json: string;
  /** A thought's seal, which closes it. */
  signature: string;
  readonly waiting: JsonObject[];
}

export function blockLine(indexOf: () => number): BlockLine {
  const line: Block[] = [];
  let count = 0;
  const advance = (): readonly Frame[] => {
    const frames: Frame[] = [];
    for (let head = line[0]; head !== undefined; head = line[0]) {
      if (!head.isOpen) frames.push(...opening(head));
      if (!head.isOver && (line.length === 1 || !mayEnd(head))) return frames;
      frames.push(...closing(head));
      head.isOver = true;
      line.shift();
    }
    return frames;
  };
  return {
    advance,
    count: () => count,
    find({ kind, part }) {
      if (part !== undefined) return line.find((block) => block.part === part && block.kind === kind && !block.isOver);
      const last = line.at(-1);
      return last?.kind === kind && last.part === undefined && !last.isOver ? last : undefined;
    },
    add(block) {
      const added: Block = { ...block, index: indexOf(), ...fresh() };
      count += 1;
      line.push(added);
      return added;
    },
    say(block, delta) {
      if (block.isOpen) return [deltaFrame(block.index, delta)];
      block.waiting.push(delta);
      return [];
    },
    isWaited: () => line.length > 1,
    end(part) {
      for (const block of line) if (block.part === part) block.isOver = true;
      return advance();
    },
    close() {
      for (const block of line) block.isOver = true;
      return advance();
    },
  };
}

function fresh(): Omit<Block, keyof NewBlock | 'index'> {
  return { isOver: false, isOpen: false, json: '', signature: '', waiting: [] };
}

function opening(block: Block): readonly Frame[] {
  block.isOpen = true;
  const { index, start, waiting } = block;
  return [
    framed({ type: 'content_block_start', index, content_block: start }),
    ...waiting.map((delta) => deltaFrame(index, delta)),
  ];
}

function closing({ index, signature }: Block): readonly Frame[] {
  const stop = framed({ type: 'content_block_stop', index });
  return signature === '' ? [stop] : [deltaFrame(index, { type: 'signature_delta', signature }), stop];
}

/** Text and thoughts end where something else begins. A tool call whose end nobody tells ends when its JSON is whole. */
function mayEnd({ isNumbered, kind, json }: Block): boolean {
  return !isNumbered && (kind !== 'tool' || (json.trimEnd().endsWith('}') && objectIn(json) !== undefined));
}
