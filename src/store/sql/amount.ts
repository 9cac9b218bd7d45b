/** An amount as a parameter. As a number where that loses nothing: to spell a bigint costs many times as much. */
export function amountValue(amount: bigint): number | string {
  const value = Number(amount);
  return Number.isSafeInteger(value) ? value : amount.toString();
}
