import type { Path } from '../problems.ts';
import type { Remark } from './imported.ts';

/** Takes the value of `os.environ/NAME`, or a text as it is. */
export function reference(text: string): string {
  const [, name] = /^os\.environ\/([A-Za-z_]\w*)$/.exec(text.trim()) ?? [];
  return name === undefined ? literally(text) : `\${${name}}`;
}

/** A text that means its own characters in our file. */
export function literally(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** A credential: one that stands there is kept, and warned about. */
export function credential(text: string, path: Path, remark: Remark): string {
  const found = reference(text);
  if (!/^\$\{\w+\}$/.test(found)) {
    remark(
      path,
      `this key stands in the file itself and does so in trestle.yaml; put it into the environment and write "\${NAME}" instead.`,
    );
  }
  return found;
}
