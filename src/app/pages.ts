// The pages of a stage: what CloudFront's bucket has, and how each file is kept by browsers and at the edge.

/** The bucket, by the paths of its files. */
export interface PageBucket {
  put(file: StoredFile): Promise<void>;
  /** Takes everything away. */
  empty(): Promise<void>;
}
export interface StoredFile {
  readonly path: string;
  readonly body: Uint8Array;
  readonly type: string;
  readonly cache: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
};

/**
 * Puts the files there, by path and base64. Pages come last, so that none names an asset that is not there yet. Nothing is taken away:
 * an open page may still ask for parts of its own build, and they are small.
 */
export async function publishPages(
  bucket: PageBucket,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const stored = Object.entries(files).map(([path, base64]) => storedAs(path, base64));
  const isPage = ({ path }: StoredFile) => path.endsWith('.html');
  await Promise.all(stored.filter((file) => !isPage(file)).map((file) => bucket.put(file)));
  await Promise.all(stored.filter(isPage).map((file) => bucket.put(file)));
}

/** Type and caching of a file. An asset's name changes with what is in it; anything else is asked for again each time. */
export function storedAs(path: string, base64: string): StoredFile {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
  if (type === undefined) throw new Error(`No type is known for ${path}`);
  const cache = path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  return { path, body: Buffer.from(base64, 'base64'), type, cache };
}
