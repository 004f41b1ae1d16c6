// How DynamoDB measures: the size of an item, and the units that a write of it takes.

/** An item's size in bytes as DynamoDB counts it: names and values in UTF-8, numbers by their digits, 3 for a list or map and 1 for each element. */
export function itemBytes(value: unknown): number {
  if (value === null || value === undefined || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number')
    return 1 + Math.ceil((String(Math.abs(value)).replace('.', '').length + 1) / 2);
  if (Array.isArray(value))
    return 3 + value.reduce((sum: number, each: unknown) => sum + 1 + itemBytes(each), 0);
  return (
    3 +
    Object.entries(value).reduce(
      (sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + itemBytes(each),
      0,
    )
  );
}

/** Write request units of an item: one for each started KB, at least one. */
export function writeUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/** Read request units of so many bytes, strongly consistent: one for each started 4 KB. */
export function readUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4_096));
}
