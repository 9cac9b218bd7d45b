import { expect, test } from 'bun:test';
import { asFailure } from '../../core/failure.ts';
import { sourceOfDataUrl } from './data-url.ts';

test('what is in a data URL fills the room to the byte, however it is written', () => {
  const ten = [
    'data:,1234567890',
    'data:,%31%32%33%34%35%36%37%38%39%30',
    'data:;base64,MTIzNDU2Nzg5MA==',
    'data:;base64,MTIzNDU2Nzg5MA%3D%3D',
    'data:,ééééé',
  ];
  expect(ten.map((url) => sourceOfDataUrl(url, 10).bytes)).toEqual([10, 10, 10, 10, 10]);
  const refusals = ten.map((url) => {
    try {
      return sourceOfDataUrl(url, 9);
    } catch (thrown) {
      return asFailure(thrown).message;
    }
  });
  expect(refusals).toEqual(ten.map(() => 'This data URL holds more than the 9 bytes that are left.'));
});
