import { freePort } from './port.ts';
import { startGateway } from './process.ts';
import { type Launch, plainTarget } from './target.ts';

/** The bare proxy of `bare.ts`, started as Trestle is: by the project's own launcher. */
export const launchBare: Launch = async ({ folder, upstreamPort }) => {
  const port = freePort();
  const launcher = `${import.meta.dir}/../bin/bun`;
  const command = [launcher, `${import.meta.dir}/bare.ts`, String(port), String(upstreamPort)];
  const running = await startGateway({ command, folder, readyUrl: `http://127.0.0.1:${port}/readyz` });
  return plainTarget('bare', port, running);
};
