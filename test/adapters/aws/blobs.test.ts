/** What the bucket is asked for, by an S3 that reads requests as S3 does; its real servers are asked elsewhere. */
import { type CopyObjectCommandInput, NoSuchKey, type PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { openBlobs } from "../../../lib/adapters/aws/blobs.ts";

/** Answers when each object was written: what its age counts from. */
function someBucket() {
  const written = new Map<string, number>();
  let clock = 0;
  const s3 = new S3Client({ region: "eu-north-1" });
  const answers = {
    PutObjectCommand: ({ Key = "" }: PutObjectCommandInput) => written.set(Key, ++clock),
    CopyObjectCommand: ({ CopySource = "", Key = "" }: CopyObjectCommandInput) => {
      const source = decodeURIComponent(CopySource.replaceAll("+", " ")).replace("bucket/", "");
      if (!written.has(source)) throw new NoSuchKey({ message: source, $metadata: {} });
      written.set(Key, ++clock);
    },
  };
  s3.middlewareStack.add(
    (_, { commandName }) =>
      async ({ input }) => {
        answers[commandName as keyof typeof answers](input as never);
        return { output: { $metadata: {} }, response: {} };
      },
    { step: "initialize" },
  );
  return { blobs: openBlobs(s3, "bucket"), written };
}

test.each(["a/b", "c++ nightly/ü", "it's (50%)!"])("an object named '%s' is made young again", async (name) => {
  const { blobs, written } = someBucket();
  await blobs.putObject(name, { kind: "text", text: "body" });
  await blobs.renewObject(name);
  expect(written.get(name)).toBe(2);
});
