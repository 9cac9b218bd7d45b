import { expect, test } from 'bun:test';
import { storeContract } from '../../src/store/contract.ts';
import { emptyMemory, fakeStore, type Memory } from './store.ts';

const memories = new Map<string, Memory>();

storeContract({ test, expect }, async (name) => {
  const memory = memories.get(name) ?? emptyMemory();
  memories.set(name, memory);
  return fakeStore(memory);
});
