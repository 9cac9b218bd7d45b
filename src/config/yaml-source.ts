import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ConfigurationError, type Path, type Problem, spelledPath } from './problems.ts';

/** A YAML file as values, with the way back to where each of them stands. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line:column` of the key or item there, or of the nearest thing around it. */
  place(path: Path): string;
}

/** Nobody's configuration is longer; a parser need not be tried with more. */
const mostCharacters = 1_000_000;
/** `*name` may repeat a part of the file, not multiply it without end. */
const mostAliases = 100;

/** What follows the first mistakes is mostly their consequence. */
const mostReported = 5;

/** Reads one document. Throws a `ConfigurationError` that says where, and never quotes the file: it may hold secrets. */
export function parseYaml(file: string, text: string): YamlSource {
  if (text.length > mostCharacters) throw unreadable(file, `it has more than ${mostCharacters} characters.`);
  const lines = new LineCounter();
  const document = parsed(file, text, lines);
  const wrong = [...document.errors, ...document.warnings];
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  if (wrong.length > 0)
    throw new ConfigurationError(wrong.slice(0, mostReported).map((error) => syntaxProblem(error, document, at)));
  return {
    value: valuesOf(document, at),
    place: (path) => at(offsetOf(document, path)),
  };
}

function parsed(file: string, text: string, lines: LineCounter): Document.Parsed<ParsedNode> {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: true });
  } catch {
    throw unreadable(file, 'it is nested too deeply to be read.');
  }
}

function valuesOf(document: Document, at: (offset: number) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch {
    throw new ConfigurationError([aliasProblem(document, at)]);
  }
}

/** Aliases are only followed when values are asked for: to nothing, or to too much. */
function aliasProblem(document: Document, at: (offset: number) => string): Problem {
  let offset: number | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      offset = startOf(node);
      return visit.BREAK;
    },
  });
  if (offset === undefined) {
    return {
      place: at(0),
      key: '',
      sentence: `its aliases (*name) repeat more than ${mostAliases} parts of it; write the parts out.`,
    };
  }
  return {
    place: at(offset),
    key: spelledPath(pathAt(document.contents, offset, deepest)),
    sentence: sentences.BAD_ALIAS ?? '',
  };
}

function unreadable(file: string, sentence: string): ConfigurationError {
  return new ConfigurationError([{ place: `${file}:1:1`, key: '', sentence }]);
}

/** In our own words: the parser's quote the file. */
const sentences: { readonly [code in YAMLError['code']]?: string } = {
  DUPLICATE_KEY: 'this key stands here twice; keep one of them.',
  BAD_ALIAS:
    'this alias (*name) has no anchor (&name) before it; write the value out, or in quotes if it begins with a star.',
  BAD_INDENT: 'this line is indented like no line above it; use the same number of spaces as its neighbours.',
  TAB_AS_INDENT: 'this line is indented with a tab; use spaces.',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing here.',
  MULTIPLE_DOCS: 'a second document begins here (---); keep one.',
  TAG_RESOLVE_FAILED: 'this value has a tag (!name) that means nothing here; take it out.',
  NON_STRING_KEY: 'this key is no text; put it in quotes.',
  BAD_DQ_ESCAPE: 'this backslash begins no known escape; double it, or use single quotes.',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes.',
  MULTILINE_IMPLICIT_KEY: 'this key goes on over several lines; a quote or a colon may be missing.',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon stands in this line; put the value in quotes or on lines of its own.',
};

function syntaxProblem(error: YAMLError, document: Document, at: (offset: number) => string): Problem {
  const [offset] = error.pos;
  const sentence = sentences[error.code] ?? 'this is no valid YAML; check quotes, colons and indentation around it.';
  const path = error.code === 'MULTIPLE_DOCS' ? [] : pathAt(document.contents, offset, deepest);
  return { place: at(offset), key: spelledPath(path), sentence };
}

/** Deeper than anything is that means something here. */
const deepest = 8;

/** The way to the key or item that stands at an offset, or to what is around it. */
function pathAt(node: unknown, offset: number, steps: number): Path {
  if (!isCollection(node) || steps === 0) return [];
  for (const [index, item] of [...node.items.entries()].toReversed()) {
    const [key, value] = isPair(item) ? [item.key, item.value] : [undefined, item];
    const start = startOf(key) ?? startOf(value);
    if (start === undefined || start > offset) continue;
    const end = isNode(value) ? value.range?.[2] : isNode(key) ? key.range?.[2] : undefined;
    if (end === undefined || offset > end) continue;
    return [isScalar(key) ? String(key.value) : index, ...pathAt(value, offset, steps - 1)];
  }
  return [];
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const item = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const value: unknown = isSeq(node) && typeof step === 'number' ? node.items[step] : item?.value;
    const found = startOf(item?.key) ?? startOf(value);
    if (found === undefined) return offset;
    offset = found;
    node = value;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node satisfies Node).range?.[0] : undefined;
}
