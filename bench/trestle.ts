import { existsSync, writeFileSync } from 'node:fs';
import { prices, readLedger } from './ledger.ts';
import { freePort } from './port.ts';
import { startGateway } from './process.ts';
import { kinds, type Launch, translatedKinds } from './target.ts';

const root = `${import.meta.dir}/..`;

/** Whether there is a Trestle to start in this checkout. */
export function trestleIsThere(): boolean {
  return existsSync(`${root}/src/main.ts`);
}

/** Trestle as a user runs it: authentication, metering with prices, the durable ledger, all on. */
export const launchTrestle: Launch = async ({ folder, upstreamPort }) => {
  const port = freePort();
  const key = `tr-bench-${crypto.randomUUID()}`;
  const adminKey = `tr-bench-${crypto.randomUUID()}`;
  const file = `${folder}/trestle.yaml`;
  writeFileSync(file, configuration(upstreamPort));
  const running = await startGateway({
    command: [
      `${root}/bin/trestle`,
      'start',
      '--config',
      file,
      '--data',
      `${folder}/data`,
      '--listen',
      `127.0.0.1:${port}`,
    ],
    environment: { TRESTLE_CLIENT_KEY: key, TRESTLE_ADMIN_KEY: adminKey },
    folder,
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  });
  return {
    name: 'trestle',
    port,
    running,
    key,
    translates: true,
    path: (kind) => (translatedKinds.has(kind) ? '/v1/messages' : '/v1/chat/completions'),
    model: (kind) => `${kind}/m`,
    ledger: () => readLedger(port, adminKey),
    ask: (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${adminKey}` } }),
  };
};

/** One provider for each kind of answer, as its path prefix is the only thing that tells them apart. */
function configuration(upstreamPort: number): string {
  const providers = kinds.map(
    (kind) => `  ${kind}:
    type: openai-compatible
    base_url: "http://127.0.0.1:${upstreamPort}/${kind}/v1"
    api_key: bench-upstream
    prices: { "*": ${JSON.stringify(prices)} }
`,
  );
  return `providers:\n${providers.join('')}`;
}
