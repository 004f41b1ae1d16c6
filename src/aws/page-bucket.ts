// The pages' bucket on S3.

import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PageBucket } from '../app/pages.ts';

export function createPageBucket(Bucket: string): PageBucket {
  const client = new S3Client({});
  return {
    put: async ({ path, body, type, cache }) => {
      await client.send(
        new PutObjectCommand({ Bucket, Key: path, Body: body, ContentType: type, CacheControl: cache }),
      );
    },
    empty: async () => {
      for (;;) {
        // A thousand at a time, as many as one call takes away.
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
        if (Contents.length === 0) return;
        const Objects = Contents.map(({ Key }) => ({ Key }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
        );
        const [error] = Errors;
        if (error !== undefined)
          throw new Error(`${error.Key ?? 'A file'} stays: ${error.Code ?? 'unknown'}`);
      }
    },
  };
}
