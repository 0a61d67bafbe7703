/** The few statistics that the tables need. */

/** The value below which the given share of the values lies; NaN for none. */
export function quantile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}
