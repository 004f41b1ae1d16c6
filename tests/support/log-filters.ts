// CloudWatch's filter patterns for logs in JSON, as far as infra/watching.cjs uses them: whether a filter counts a line. AWS does not say
// whether a field that is missing is unlike a text; a test asks for both.

type Test = (line: unknown) => boolean;

const TOKEN = /\s*(\(|\)|&&|\|\||\$(?:\.\w+)+|NOT EXISTS|!=|>=|=|"[^"]*"|\d+)/y;

/** What a pattern says of a line. `missingDiffers`: what `!=` gives for a field that is not there. */
export function logFilter(pattern: string, missingDiffers: boolean): (line: string) => boolean {
  const inner = /^\{(.*)\}$/s.exec(pattern.trim())?.[1];
  if (inner === undefined) throw new Error(`No pattern for JSON: ${pattern}`);
  const tokens = tokensOf(inner.trim());
  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw new Error(`The pattern ends too early: ${pattern}`);
    return token;
  };
  const chain = (operator: '&&' | '||', part: () => Test): Test => {
    const parts = [part()];
    while (tokens[0] === operator) {
      next();
      parts.push(part());
    }
    return (line) =>
      operator === '&&' ? parts.every((test) => test(line)) : parts.some((test) => test(line));
  };
  const either = (): Test => chain('||', () => chain('&&', term));
  const term = (): Test => {
    const token = next();
    if (token !== '(') return comparison(token, next(), next, missingDiffers);
    const test = either();
    if (next() !== ')') throw new Error(`A bracket is open: ${pattern}`);
    return test;
  };
  const test = either();
  if (tokens.length > 0) throw new Error(`Not understood from ${tokens[0]} on: ${pattern}`);
  return (line) => {
    const parsed = parsedLine(line);
    return parsed !== undefined && test(parsed);
  };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`Not understood: ${text.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

function comparison(selector: string, operator: string, next: () => string, missingDiffers: boolean): Test {
  const path = selector.split('.').slice(1);
  if (operator === 'NOT EXISTS') return (line) => valueAt(line, path) === undefined;
  const operand: unknown = JSON.parse(next());
  return (line) => {
    const value = valueAt(line, path);
    if (operator === '=') return value === operand;
    if (operator === '!=') return value === undefined ? missingDiffers : value !== operand;
    if (operator === '>=' && typeof operand === 'number')
      return typeof value === 'number' && value >= operand;
    throw new Error(`No operator: ${operator}`);
  };
}

function valueAt(line: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    line,
  );
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
