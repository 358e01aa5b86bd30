/**
 * The users' files in S3, or in whatever speaks its protocol at AWS_ENDPOINT_URL_S3. The SDK's package is loaded
 * when the first Distributed Map asks for a file.
 */
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { Place } from "../asl/distributed/manifest.ts";
import type { Objects, Parts, Refused } from "../engine/map-run/ports.ts";
import { isMissingPackage } from "./sdk-call.ts";

const packageName = "@aws-sdk/client-s3";

interface Sdk {
  readonly package: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
}

const usualRegion = "us-east-1";

/** Reading and writing an object again does no harm. */
const maxAttempts = 5;

/** `rather`: advice that comes first where S3 cannot be asked at all, a sentence. */
export function s3Objects(rather?: string): Objects {
  let opened: Promise<Sdk> | undefined;
  const sdk = (): Promise<Sdk> => {
    opened ??= open();
    return opened;
  };
  const answered: Answered = (place, ask) => answeredBy(place, ask, rather);
  return {
    read: (place, from = 0, to = Number.POSITIVE_INFINITY) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        const isWhole = from === 0 && to === Number.POSITIVE_INFINITY;
        const range = isWhole ? {} : { Range: `bytes=${from}-${Number.isFinite(to) ? to - 1 : ""}` };
        const version = place.version === undefined ? {} : { VersionId: place.version };
        const asked = { ...namedBy(place), ...ownedBy(place), ...version, ...range };
        const found = await client.send(new s3.GetObjectCommand(asked));
        const tag = found.ETag === undefined ? {} : { tag: found.ETag };
        return { kind: "object", body: bodyOf(found), size: sizeOf(found), ...tag };
      }),

    list: (place, after) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        const start = after === undefined ? {} : { StartAfter: after };
        const asked = { Bucket: place.bucket, Prefix: place.key, ...ownedBy(place), ...start };
        const page = await client.send(new s3.ListObjectsV2Command(asked));
        const objects = (page.Contents ?? []).map(({ Key = "", Size = 0, ETag = "", LastModified, StorageClass }) => ({
          key: Key,
          size: Size,
          etag: ETag,
          lastModified: LastModified?.getTime() ?? 0,
          ...(StorageClass !== undefined && { storageClass: StorageClass }),
        }));
        return { kind: "page", objects, done: !page.IsTruncated };
      }),

    write: (place, body) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        await client.send(new s3.PutObjectCommand({ Bucket: place.bucket, Key: place.key, Body: body }));
        return { kind: "written" };
      }),

    parts: s3Parts(sdk, answered),
  };
}

function s3Parts(sdk: () => Promise<Sdk>, answered: Answered): Parts {
  return {
    begin: (place) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        const begun = await client.send(new s3.CreateMultipartUploadCommand(namedBy(place)));
        return { kind: "begun", upload: begun.UploadId ?? "" };
      }),

    put: (place, UploadId, PartNumber, Body) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        const part = { ...namedBy(place), UploadId, PartNumber, Body };
        const { ETag = "" } = await client.send(new s3.UploadPartCommand(part));
        return { kind: "put", tag: ETag };
      }),

    complete: (place, UploadId, tags) =>
      answered(place, async () => {
        const { client, package: s3 } = await sdk();
        const Parts = tags.map((ETag, at) => ({ ETag, PartNumber: at + 1 }));
        const whole = { ...namedBy(place), UploadId, MultipartUpload: { Parts } };
        try {
          await client.send(new s3.CompleteMultipartUploadCommand(whole));
        } catch (error) {
          // An earlier call has completed it, whose answer was lost.
          if (!(error instanceof s3.NoSuchUpload)) throw error;
        }
        return { kind: "written" };
      }),
  };
}

function namedBy({ bucket, key }: Place): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: bucket, Key: key };
}

function ownedBy({ owner }: Place): { readonly ExpectedBucketOwner?: string } {
  return owner === undefined ? {} : { ExpectedBucketOwner: owner };
}

async function open(): Promise<Sdk> {
  const s3 = await import("@aws-sdk/client-s3");
  // A path of its own for each bucket: servers other than AWS's have no host names for them.
  const forcePathStyle =
    process.env["AWS_ENDPOINT_URL_S3"] !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined;
  const settings = { maxAttempts, forcePathStyle };
  const client = new s3.S3Client(settings);
  // Where nobody has said which Region, every request would be an outage.
  const isPlaced = await client.config.region().then(
    () => true,
    () => false,
  );
  return { package: s3, client: isPlaced ? client : new s3.S3Client({ ...settings, region: usualRegion }) };
}

/** A part says after the slash of what it is one. */
function sizeOf({ ContentRange, ContentLength = 0 }: GetObjectCommandOutput): number {
  return ContentRange === undefined ? ContentLength : Number(ContentRange.slice(ContentRange.lastIndexOf("/") + 1));
}

/** The SDK's type allows for browsers; under Node it is a stream of bytes. */
function bodyOf({ Body }: GetObjectCommandOutput): AsyncIterable<Uint8Array> {
  return (Body ?? []) as AsyncIterable<Uint8Array>;
}

type Answered = <T>(place: Place, ask: () => Promise<T>) => Promise<T | Refused>;

/** What S3 refuses is the user's to know; what never came to S3, or what it could not do, is an outage. */
async function answeredBy<T>(place: Place, ask: () => Promise<T>, rather?: string): Promise<T | Refused> {
  const advised = (why: string): Refused => refused(rather === undefined ? why : `${rather} ${why}`);
  try {
    return await ask();
  } catch (error) {
    if (isMissingPackage(error, packageName))
      return advised(`Reading S3 needs the package ${packageName}: npm install ${packageName}`);
    if (!(error instanceof Error)) throw error;
    if (error.name === "CredentialsProviderError")
      return advised(`Unable to load credentials for S3: ${error.message}`);
    if (!isFinal(error)) throw error;
    return refused(`The object '${place.key}' in the bucket '${place.bucket}': ${error.name}: ${error.message}`);
  }
}

function refused(why: string): Refused {
  return { kind: "refused", why };
}

/**
 * S3 has said no, or that the bucket is elsewhere; or the SDK would not even send it, for a name that is none: its
 * errors from before the first try have neither metadata nor the code of a system call.
 */
function isFinal(error: Error): boolean {
  const status = statusOf(error);
  if (status === undefined) return !("$metadata" in error || "code" in error);
  return status >= 300 && status < 500 && status !== 429;
}

function statusOf(error: Error): number | undefined {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
