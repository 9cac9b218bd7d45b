import { parentPort } from 'node:worker_threads';
import { waitForUpdate } from '@pydantic/genai-prices';
import { seedSource } from './seed.ts';
import { convertSeed } from './seed-conversion.ts';

/** The package gives its own, bundled list as an update that has come; it asks no network. */
const providers = (await waitForUpdate()) ?? [];
parentPort?.postMessage(convertSeed(providers, seedSource));
