/** The bucket: texts under names that are written once. Objects say themselves whether they are compressed. */
import {
  CopyObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { Blobs } from "../../engine/ports.ts";
import { type Compact, compact, compactText, type Objects } from "./body.ts";

const nobodyWasFirst = "*";

/** S3 answers "conflict" while another write of the same name is under way, and asks to try again. */
const mostTries = 5;

export function openBlobs(s3: S3Client, bucket: string): Blobs & Objects {
  const object = (name: string, content: Compact) => ({ Bucket: bucket, Key: name, ...body(content) });
  const blobs: Blobs & Objects = {
    async put(name, body) {
      const command = new PutObjectCommand({ ...object(name, await compact(body)), IfNoneMatch: nobodyWasFirst });
      for (let tries = 1; ; tries++) {
        try {
          await s3.send(command);
          return;
        } catch (error) {
          if (statusOf(error) === 412) return; // it is there: written once, and that was before
          if (statusOf(error) !== 409 || tries === mostTries) throw error;
        }
      }
    },

    get: (name) => blobs.getObject(name),

    /** Over what stands there, which is the same: its age counts from the latest row or message that names it. */
    putObject: async (name, content) => void (await s3.send(new PutObjectCommand(object(name, content)))),

    async renewObject(name) {
      // S3 reads a bare "+" as a space, and a machine's name may have one.
      const CopySource = [bucket, ...name.split("/").map(encodeURIComponent)].join("/");
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: name, CopySource, StorageClass: "STANDARD" }));
    },

    async getObject(name) {
      try {
        const { Body, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        if (ContentEncoding === "deflate") return await compactText({ kind: "deflated", bytes });
        return Buffer.from(bytes).toString("utf8");
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
  return blobs;
}

/** "deflate" is what HTTP calls zlib's format, so that a browser shows the text. */
function body(content: Compact): { Body: string | Uint8Array; ContentType: string; ContentEncoding?: string } {
  const ContentType = "application/json; charset=utf-8";
  if (content.kind === "text") return { Body: content.text, ContentType };
  return { Body: content.bytes, ContentType, ContentEncoding: "deflate" };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
