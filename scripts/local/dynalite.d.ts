/** What is used of dynalite, which comes without types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An HTTP server with DynamoDB's API; `path` is a folder, without it data stays in memory. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
