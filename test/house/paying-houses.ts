import type { HttpClient } from '../../src/core/ports.ts';
import { type TestHouse, type TestHouseOptions, testHouse } from './house.ts';
import { payingConfig } from './paying.ts';

/** Houses in which calls cost money, for one file of tests: all that were opened are closed together. */
export function payingHouses() {
  const opened: TestHouse[] = [];
  return {
    async scene<Http extends HttpClient>(
      http: Http,
      options: TestHouseOptions = {},
    ): Promise<{ readonly house: TestHouse; readonly upstream: Http }> {
      const house = await testHouse({ config: payingConfig, http, ...options });
      opened.push(house);
      return { house, upstream: http };
    },
    async closeAll(): Promise<void> {
      for (const house of opened.splice(0)) await house.close();
    },
  };
}
