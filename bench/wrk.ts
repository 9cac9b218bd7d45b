import { writeFileSync } from 'node:fs';
import { loadCore, pinned } from './machine.ts';
import { writeRequest } from './request.ts';
import { newFolder, type Session } from './session.ts';
import type { Target } from './target.ts';

/** The saturation figure again, by another load generator: if the two disagree, one of them is the bottleneck. */
export async function crossCheck(session: Session, targets: readonly Target[]): Promise<void> {
  if (session.size.wrkSeconds === 0 || Bun.which('wrk') === null) return;
  for (const target of targets) {
    session.progress(`wrk, ${target.name}`);
    const script = `${newFolder(session, 'wrk')}/post.lua`;
    writeFileSync(script, luaFor(await Bun.file(writeRequest(session.folder, target, 'whole').path).text()));
    const url = `http://127.0.0.1:${target.port}${target.path('whole')}`;
    const words = ['wrk', '-t1', '-c64', `-d${session.size.wrkSeconds}s`, '-s', script, url];
    const child = Bun.spawn(pinned(loadCore, words), { stdout: 'pipe', stderr: 'pipe' });
    const output = await new Response(child.stdout).text();
    const pace = /Requests\/sec:\s+([\d.]+)/.exec(output)?.[1];
    const bad = /Non-2xx.*|Socket errors.*/.exec(output)?.[0];
    if (bad !== undefined) session.book.faults.push(`${target.name}, wrk: ${bad}`);
    if (pace !== undefined) session.book.put('whole.wrk', target.name, Number(pace));
  }
}

/** wrk adds Host and Content-Length by itself. */
function luaFor(request: string): string {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const lines = head
    .split('\r\n')
    .slice(1)
    .filter((line) => !/^(host|content-length):/i.test(line));
  const headers = lines.map((line) => {
    const at = line.indexOf(': ');
    return `wrk.headers[${JSON.stringify(line.slice(0, at))}] = ${JSON.stringify(line.slice(at + 2))}`;
  });
  return ['wrk.method = "POST"', ...headers, `wrk.body = [==[${body}]==]`].join('\n');
}
