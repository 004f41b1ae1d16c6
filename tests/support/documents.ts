/** Documents read the way tests compare them with the code: tables, what stands in backquotes, links, headings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the repository, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Paths of all Markdown files below a folder. */
export function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

/** The cells of a row. */
type Row = readonly string[];

/** The rows of every table whose first heading is this. */
export function tablesOf(text: string, heading: string): readonly (readonly Row[])[] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)]
    .map(([table]) => table.trim().split('\n').filter(isContent).map(cellsOf))
    .filter(([head]) => head?.[0] === heading)
    .map(([, ...rows]) => rows);
}

/** The rows of the only table whose first heading is this. */
export function tableOf(text: string, heading: string): readonly Row[] {
  const [table, other] = tablesOf(text, heading);
  if (table === undefined || other !== undefined) throw new Error(`There is not one table of ${heading}`);
  return table;
}

function isContent(line: string): boolean {
  return !/^\|[\s|:-]+$/.test(line);
}

function cellsOf(line: string): Row {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** What stands in backquotes. */
export function codeIn(text = ''): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The fields that a cell lists: what is in brackets of any kind, and values (`name`: `value`), are not among them. */
export function fieldsIn(cell = ''): readonly string[] {
  let flat = cell;
  for (let before = ''; before !== flat;) {
    before = flat;
    flat = flat.replaceAll(/\{[^{}]*\}|\[[^[\]]*\]|\([^()]*\)/g, '');
  }
  return codeIn(flat.replaceAll(/: `\w+`(?:(?:, `\w+`)* or `\w+`)?/g, ''));
}

/** The links of a document that lead to no file, or to no heading of it. */
export function brokenLinksOf(document: string): readonly string[] {
  return [...read(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target) && !leadsSomewhere(document, target));
}

function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
  if (!existsSync(join(ROOT, file))) return false;
  return heading === undefined || headingsOf(read(file)).includes(heading);
}

/** The anchors GitHub gives to the headings. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
