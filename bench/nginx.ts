import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { freePort } from './port.ts';
import { startGateway } from './process.ts';
import { type Launch, plainTarget } from './target.ts';

/** nginx with one worker: the yardstick. */
export const launchNginx: Launch = async ({ folder, upstreamPort }) => {
  const port = freePort();
  const values: Record<string, string> = { folder, port: String(port), upstreamPort: String(upstreamPort) };
  const template = readFileSync(`${import.meta.dir}/nginx.conf`, 'utf8');
  const text = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const file = `${folder}/nginx.conf`;
  writeFileSync(file, text);
  // Started by root, its worker runs as another user and must reach its folders.
  chmodSync(folder, 0o755);
  const command = ['nginx', '-p', folder, '-c', file];
  const running = await startGateway({ command, folder, readyUrl: `http://127.0.0.1:${port}/readyz` });
  return plainTarget('nginx', port, running);
};
