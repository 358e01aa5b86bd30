/** What the bucket is asked for, by an S3 that reads requests as S3 does; its real servers are asked elsewhere. */
import {
  type CopyObjectCommandInput,
  NoSuchKey,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { openBlobs } from "../../../lib/adapters/aws/blobs.ts";

const thereIsOne = new S3ServiceException({
  name: "PreconditionFailed",
  $fault: "client",
  $metadata: { httpStatusCode: 412 },
});

/** Answers when each object was written: what its age counts from. */
function someBucket() {
  const written = new Map<string, number>();
  let clock = 0;
  const s3 = new S3Client({ region: "eu-north-1" });
  const answers = {
    PutObjectCommand: ({ Key = "", IfNoneMatch }: PutObjectCommandInput) => {
      if (IfNoneMatch === "*" && written.has(Key)) throw thereIsOne;
      written.set(Key, ++clock);
    },
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

test("an object that is written once more is as young as who names it last", async () => {
  const { blobs, written } = someBucket();
  await blobs.putObject("a/b", { kind: "text", text: "body" });
  await blobs.putObject("a/b", { kind: "text", text: "body" });
  expect(written.get("a/b")).toBe(2);
});

test("a blob is written once", async () => {
  const { blobs, written } = someBucket();
  await blobs.put("definitions/1", "body");
  await blobs.put("definitions/1", "body");
  expect(written.get("definitions/1")).toBe(1);
});
