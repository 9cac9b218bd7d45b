import { expect, test } from 'bun:test';
import { storeContract } from '../../src/store/contract.ts';
import { fakeStore } from './store.ts';
import { emptyMemory, type Memory } from './store-memory.ts';

const memories = new Map<string, Memory>();

storeContract({ test, expect }, async (name) => {
  const memory = memories.get(name) ?? emptyMemory();
  memories.set(name, memory);
  return fakeStore(memory);
});
