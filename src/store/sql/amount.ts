/** An amount as a parameter. As a number where that loses nothing: to spell a bigint costs many times as much. */
export function amountValue(amount: bigint): number | string {
  return amount <= most && amount >= -most ? Number(amount) : amount.toString();
}

const most = BigInt(Number.MAX_SAFE_INTEGER);
