import ts from 'typescript';

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Names through which code reaches clock, dice, network, environment or the runtime. Only `platform/` may say them. */
const machineGlobals = new Set([
  'Bun',
  'process',
  'fetch',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'crypto',
  'WebSocket',
  'XMLHttpRequest',
  'Worker',
  'navigator',
  'console',
  'globalThis',
  'require',
  'eval',
  'Function',
]);
const machineMembers = new Set(['Date.now', 'Math.random', 'import.meta.env', 'import.meta.dir']);
/** Modules of the runtime that are pure functions over values. */
const pureModules = new Set(['node:buffer', 'node:util', 'node:url', 'node:path']);

/** Finds where a source file reaches for the machine, names a provider in a condition, or casts twice. */
export function breaches(file: string, text: string, rights: { readonly machine: boolean }): readonly Breach[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Breach[] = [];
  const report = (node: ts.Node, what: string): void => {
    found.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, what });
  };
  const visit = (node: ts.Node): void => {
    const what = (rights.machine ? undefined : machineReach(node)) ?? nameTest(node) ?? doubleCast(node);
    if (what !== undefined) report(node, what);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function machineReach(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return runtimeModule(node.moduleSpecifier.text);
  if (ts.isPropertyAccessExpression(node) && machineMembers.has(node.getText())) return `reads ${node.getText()}`;
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    return 'reads the clock by new Date()';
  if (ts.isIdentifier(node) && machineGlobals.has(node.text) && isFreeUse(node)) return `reaches for ${node.text}`;
  return undefined;
}

function runtimeModule(name: string): string | undefined {
  const runtime = name.startsWith('node:') || name.startsWith('bun:') || name === 'bun';
  return runtime && !pureModules.has(name) ? `imports ${name}` : undefined;
}

/** A use of the global itself: no member, no declared name, no property key, no type. */
function isFreeUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent) || ts.isQualifiedName(parent)) return false;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) return parent.name !== node;
  if (ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isImportSpecifier(parent)) return false;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent))
    return parent.name !== node && !('propertyName' in parent && parent.propertyName === node);
  return !ts.isFunctionDeclaration(parent);
}

/** `provider === 'x'`: behaviour belongs into the provider's value, not into a comparison with its name. */
function nameTest(node: ts.Node): string | undefined {
  if (!ts.isBinaryExpression(node)) return undefined;
  const equality = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
    node.operatorToken.kind,
  );
  if (!equality || !ts.isStringLiteralLike(node.right)) return undefined;
  return /(^|\.)(provider|dialect)(\.name|\.kind)?$/.test(node.left.getText())
    ? 'chooses behaviour by a name'
    : undefined;
}

function doubleCast(node: ts.Node): string | undefined {
  if (!ts.isAsExpression(node)) return undefined;
  let inner = node.expression;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  return ts.isAsExpression(inner) ? 'casts twice' : undefined;
}
